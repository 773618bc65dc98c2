//! Edges are closed, consumers have enough, and heads go, while others wait.

use super::*;

#[test]
fn close_while_full_delivers_what_was_offered() {
    explore(3, || {
        let (mut sender, receiver, probe) = narrow(1, 1);
        let sender = thread::spawn(move || {
            for item in 0..3 {
                if let Err(refused) = block_on(sender.offer(item)) {
                    assert_eq!(refused, item, "who is refused gets the item back");
                    assert!(sender.is_sated());
                    return item;
                }
            }
            3
        });
        let receiver = receives(receiver);
        let offered = probe.stats().sent;
        probe.close();
        let accepted = join(sender);
        assert_eq!(join(receiver), (0..accepted).collect::<Vec<_>>());
        let accepted = u64::from(accepted);
        assert!(accepted >= offered, "what was offered before is delivered");
        assert_eq!(account(&probe), (accepted, accepted, 0));
    });
}

#[test]
fn close_while_full_drops_what_is_flushed_later() {
    explore(3, || {
        let (sender, receiver, probe) = narrow(1, 1);
        let sender = sends(sender, 0..3);
        let receiver = receives(receiver);
        let offered = probe.stats().sent;
        probe.close();
        join(sender);
        let taken = join(receiver);
        assert!(taken.iter().copied().eq((0..).take(taken.len())));
        let taken = taken.len() as u64;
        assert!(taken >= offered, "what was offered before is delivered");
        assert_eq!(account(&probe), (3, taken, 3 - taken));
    });
}

#[test]
fn close_ends_every_receiver() {
    explore(3, || {
        let (sender, one, probe) = narrow(1, 2);
        let receivers = [receives(one.clone()), receives(one)];
        probe.close();
        for receiver in receivers {
            assert_eq!(join(receiver), []);
        }
        drop(sender);
    });
}

#[test]
fn last_receiver_frees_the_senders() {
    explore(2, || {
        let (one, mut receiver, probe) = narrow(2, 1);
        let other = one.clone();
        let senders = [sends(one, 0..2), sends(other, 10..12)];
        receive_one(&mut receiver);
        drop(receiver);
        senders.into_iter().for_each(join);
        assert_eq!(account(&probe), (4, 1, 3));
    });
}

#[test]
fn two_receivers_that_go_free_the_sender() {
    explore(2, || {
        let (sender, mut one, probe) = narrow(1, 2);
        let mut other = one.clone();
        let sender = sends(sender, 0..3);
        let other = thread::spawn(move || receive_one(&mut other));
        receive_one(&mut one);
        drop(one);
        join(other);
        join(sender);
        assert_eq!(account(&probe), (3, 2, 1));
    });
}

#[test]
fn offer_to_a_receiver_that_goes_is_taken_or_given_back() {
    explore(3, || {
        let (mut sender, mut receiver, probe) = narrow(1, 1);
        let receiver = thread::spawn(move || receive_one(&mut receiver));
        let mut accepted = 0;
        for item in 0..3 {
            match block_on(sender.offer(item)) {
                Ok(()) => accepted += 1,
                Err(refused) => assert_eq!(refused, item),
            }
        }
        assert_eq!(join(receiver), 0);
        assert!(sender.is_sated());
        assert_eq!(account(&probe), (accepted, 1, accepted - 1));
    });
}

#[test]
fn enough_reaches_the_sender() {
    explore(3, || {
        let (mut sender, mut receiver, probe) = narrow(1, 1);
        let sender = thread::spawn(move || {
            let mut sent = 0;
            while !sender.is_sated() {
                block_on(sender.send_now(sent));
                sent += 1;
                assert!(sent <= 3, "one taken, one queued, one offered");
            }
            sent
        });
        receive_one(&mut receiver);
        receiver.enough();
        let rest = receive(receiver);
        let sent = join(sender);
        assert_eq!(rest, (1..sent).collect::<Vec<_>>());
        assert_eq!(account(&probe), (sent.into(), sent.into(), 0));
    });
}

#[test]
fn enough_of_all_is_needed() {
    explore(3, || {
        let (sender, mut one, _probe) = narrow(1, 2);
        let mut other = one.clone();
        let other = thread::spawn(move || {
            other.enough();
            other
        });
        assert!(!sender.is_sated());
        drop(join(other));
        assert!(!sender.is_sated());
        let other = one.clone();
        let goes = thread::spawn(move || drop(other));
        one.enough();
        join(goes);
        assert!(sender.is_sated());
    });
}
