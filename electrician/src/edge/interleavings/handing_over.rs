//! Items go from producers to consumers.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

#[test]
fn everything_arrives_in_order() {
    explore(3, || {
        let (sender, receiver, probe) = narrow(1, 1);
        let sender = sends(sender, 0..3);
        assert_eq!(receive(receiver), [0, 1, 2]);
        join(sender);
        assert_eq!(account(&probe), (3, 3, 0));
    });
}

#[test]
fn chunks_arrive_in_order() {
    explore(3, || {
        let (mut sender, receiver, probe) = edge(EdgeOptions {
            capacity: 3,
            ..EdgeOptions::default()
        });
        let sender = thread::spawn(move || {
            for chunk in [0..2, 2..5] {
                sender.extend(chunk);
                block_on(sender.flush());
            }
        });
        assert_eq!(receive(receiver), [0, 1, 2, 3, 4]);
        join(sender);
        assert_eq!(account(&probe), (5, 5, 0));
    });
}

#[test]
fn two_senders_share_one_place() {
    explore(2, || {
        let (one, receiver, probe) = narrow(2, 1);
        let other = one.clone();
        let senders = [sends(one, 0..2), sends(other, 10..11)];
        let taken = receive(receiver);
        assert!(taken.iter().filter(|item| **item < 10).is_sorted());
        assert_eq!(sorted(taken), [0, 1, 10]);
        senders.into_iter().for_each(join);
        assert_eq!(account(&probe), (3, 3, 0));
    });
}

#[test]
fn two_receivers_share_the_items() {
    explore(2, || {
        let (sender, one, probe) = narrow(1, 2);
        let (other, sender) = (receives(one.clone()), sends(sender, 0..2));
        let (mine, others) = (receive(one), join(other));
        assert!(mine.is_sorted() && others.is_sorted());
        assert_eq!(sorted([mine, others].concat()), [0, 1]);
        join(sender);
        assert_eq!(account(&probe), (2, 2, 0));
    });
}

#[test]
fn two_consumers_of_two_edges_leave_nothing_behind() {
    explore(2, || {
        let (mut left, left_one, _left_probe) = narrow(1, 2);
        let (mut right, right_one, _right_probe) = narrow(1, 2);
        let other = Merge::of(left_one.clone()).and(right_one.clone());
        let mine = Merge::of(right_one).and(left_one);
        let one_item = |mut merge: Merge<u32>| {
            block_on(poll_fn(|cx| merge.poll_fill(cx)));
            (merge.pop().expect("an item comes"), merge)
        };
        let other = thread::spawn(move || one_item(other));
        let right_sender = thread::spawn(move || {
            right.push(2);
            right.flush_now();
            right
        });
        left.push(1);
        left.flush_now();
        let (mine, _busy) = one_item(mine);
        let (others, _busy_too) = join(other);
        assert_eq!(sorted(vec![mine, others]), [1, 2]);
        drop((left, join(right_sender)));
    });
}

#[test]
fn drop_oldest_delivers_the_last() {
    explore(3, || {
        let (sender, receiver, probe) = edge(EdgeOptions {
            capacity: 1,
            overflow: Overflow::DropOldest,
            ..EdgeOptions::default()
        });
        let sender = sends(sender, 0..3);
        let taken = receive(receiver);
        assert!(taken.is_sorted());
        assert_eq!(taken.last(), Some(&2));
        join(sender);
        let taken = taken.len() as u64;
        assert_eq!(account(&probe), (3, taken, 3 - taken));
    });
}

#[test]
fn drop_newest_delivers_the_first() {
    explore(3, || {
        let (sender, receiver, probe) = edge(EdgeOptions {
            capacity: 1,
            overflow: Overflow::DropNewest,
            ..EdgeOptions::default()
        });
        let sender = sends(sender, 0..3);
        let taken = receive(receiver);
        assert!(taken.is_sorted());
        assert_eq!(taken.first(), Some(&0));
        join(sender);
        let taken = taken.len() as u64;
        assert_eq!(account(&probe), (3, taken, 3 - taken));
    });
}

#[test]
fn alarm_sounds_once() {
    explore(2, || {
        let alarms = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&alarms);
        let (one, receiver, probe) = edge(EdgeOptions {
            capacity: 1,
            senders: 2,
            overflow: Overflow::Fail,
            alarm: Some(Arc::new(move || {
                heard.fetch_add(1, Ordering::SeqCst);
            })),
            ..EdgeOptions::default()
        });
        let other = one.clone();
        let senders = [sends(one, 0..2), sends(other, 10..12)];
        senders.into_iter().for_each(join);
        assert_eq!(alarms.load(Ordering::SeqCst), 1);
        assert_eq!(receive(receiver).len(), 1);
        assert_eq!(account(&probe), (4, 1, 3));
    });
}

#[test]
fn counters_balance_at_any_moment() {
    explore(2, || {
        let (sender, receiver, probe) = narrow(1, 1);
        let (sender, receiver) = (sends(sender, 0..2), receives(receiver));
        for _ in 0..2 {
            let stats = probe.stats();
            assert!(stats.is_balanced(), "{stats:?}");
            assert!(
                stats.queued <= 2,
                "one is queued, one is offered: {stats:?}"
            );
        }
        join(sender);
        assert_eq!(join(receiver), [0, 1]);
    });
}
