//! Heads give up while they wait; whom they were called for gets the call.

use std::future::poll_fn;

use super::*;

#[test]
fn receiver_that_gives_up_passes_its_call_on() {
    explore(3, || {
        let (mut sender, one, _probe) = edge(EdgeOptions {
            capacity: 2,
            receivers: 2,
            ..EdgeOptions::default()
        });
        let (mut fickle, mut patient) = (one.clone(), one);
        let fickle = thread::spawn(move || {
            let tried = try_once(fickle.fill()).is_some();
            (tried, fickle)
        });
        let patient = thread::spawn(move || receive_one(&mut patient));
        for item in 0..2 {
            sender.push(item);
            sender.flush_now();
        }
        join(patient);
        drop((join(fickle), sender));
    });
}

#[test]
fn receiver_that_goes_passes_its_call_on() {
    explore(3, || {
        let (mut sender, one, _probe) = narrow(1, 2);
        let (mut fickle, mut patient) = (one.clone(), one);
        let fickle = thread::spawn(move || {
            let filled = block_on(poll_fn(|cx| Poll::Ready(fickle.poll_fill(cx))));
            filled.is_ready()
        });
        let patient = thread::spawn(move || {
            block_on(patient.fill());
            patient.pop()
        });
        sender.push(7);
        sender.flush_now();
        if join(fickle) {
            drop(sender);
            assert_eq!(join(patient), None);
        } else {
            assert_eq!(join(patient), Some(7));
        }
    });
}

#[test]
fn sender_that_gives_up_passes_its_room_on() {
    explore(3, || {
        let (mut fickle, mut receiver, probe) = narrow(2, 1);
        fickle.push(0);
        fickle.flush_now();
        let patient = sends(fickle.clone(), [10]);
        let fickle = thread::spawn(move || {
            let tried = try_once(fickle.send_now(1));
            assert_eq!(
                fickle.is_empty(),
                tried.is_some(),
                "what was not handed over is kept"
            );
            fickle
        });
        assert_eq!(receive_one(&mut receiver), 0);
        while receive_one(&mut receiver) != 10 {}
        join(patient);
        let kept = join(fickle).len();
        drop(receiver);
        assert_eq!(probe.stats().sent, 3);
        assert!(kept <= 1);
    });
}

#[test]
fn sender_that_goes_hands_over_what_it_can() {
    explore(3, || {
        let (mut fickle, receiver, probe) = narrow(2, 1);
        fickle.push(0);
        fickle.flush_now();
        let patient = sends(fickle.clone(), [10]);
        let fickle = thread::spawn(move || {
            fickle.push(1);
            let waits = block_on(poll_fn(|cx| {
                Poll::Ready(fickle.poll_flush(cx).is_pending())
            }));
            assert!(waits || fickle.is_empty());
        });
        let taken = sorted(receive(receiver));
        join(patient);
        join(fickle);
        let (sent, counted, dropped) = account(&probe);
        assert_eq!((sent, counted + dropped), (3, 3));
        assert_eq!(counted, taken.len() as u64);
        assert!(taken.contains(&0) && taken.contains(&10), "{taken:?}");
    });
}

#[test]
fn offer_that_is_given_up_is_taken_or_gone() {
    explore(3, || {
        let (mut sender, receiver, probe) = narrow(1, 1);
        let receiver = receives(receiver);
        assert_eq!(block_on(sender.offer(0)), Ok(()));
        let second = try_once(sender.offer(1));
        assert!(sender.is_empty());
        drop(sender);
        let taken = join(receiver);
        assert_eq!(taken.len(), 1 + usize::from(second.is_some()));
        let taken = taken.len() as u64;
        assert_eq!(account(&probe), (taken, taken, 0));
    });
}

#[test]
fn consumer_that_gives_up_its_edges_passes_both_calls_on() {
    explore(2, || {
        let (mut left, left_one, _left_probe) = narrow(1, 2);
        let (right, right_one, _right_probe) = narrow(1, 2);
        let mut fickle = Merge::of(left_one.clone()).and(right_one.clone());
        let mut patient = Merge::of(left_one).and(right_one);
        let fickle = thread::spawn(move || (try_once(fickle.fill()).is_some(), fickle));
        let patient = thread::spawn(move || {
            block_on(patient.fill());
            patient.pop()
        });
        left.push(7);
        left.flush_now();
        let (got_it, fickle) = join(fickle);
        if got_it {
            drop((left, right));
            assert_eq!(join(patient), None);
        } else {
            assert_eq!(join(patient), Some(7));
        }
        drop(fickle);
    });
}
