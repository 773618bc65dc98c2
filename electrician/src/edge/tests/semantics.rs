use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

#[test]
fn overflow_is_displayed_as_it_is_written() {
    let words = [
        Overflow::Block,
        Overflow::DropNewest,
        Overflow::DropOldest,
        Overflow::Fail,
    ]
    .map(|o| o.to_string());
    assert_eq!(words, ["block", "drop_newest", "drop_oldest", "fail"]);
}

#[test]
fn items_arrive_in_order_and_numbered_without_gaps() {
    let (mut sender, mut receiver, probe) = holding(64);
    push(&mut sender, 0..4);
    sender.flush_now();
    push(&mut sender, 4..6);
    sender.flush_now();
    assert_eq!(receiver.take_now(), Some(Filled { first: 0, len: 6 }));
    assert_eq!(receiver.pop(), Some(0));
    assert_eq!(receiver.take_now(), Some(Filled { first: 1, len: 5 }));
    assert_eq!(receiver.drain().collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    push(&mut sender, 6..7);
    sender.flush_now();
    assert_eq!(receiver.take_now(), Some(Filled { first: 6, len: 1 }));
    assert_eq!(counters(&probe), (7, 7, 0, 0));
}

#[test]
fn drain_keeps_what_is_not_iterated() {
    let (mut sender, mut receiver, _probe) = holding(64);
    push(&mut sender, 0..5);
    sender.flush_now();
    receiver.take_now();
    assert_eq!(receiver.drain().take(2).count(), 2);
    assert_eq!(receiver.len(), 3);
    assert_eq!(receiver.pop(), Some(2));
}

#[test]
fn pushed_items_are_not_sent_before_a_flush() {
    let (mut sender, _receiver, probe) = holding(64);
    push(&mut sender, 0..5);
    assert_eq!(counters(&probe), (0, 0, 0, 0));
    assert!(!sender.is_empty());
    sender.flush_now();
    assert_eq!(counters(&probe), (5, 0, 0, 5));
    assert!(sender.is_empty());
}

#[test]
fn blocked_items_count_as_queued() {
    let (mut sender, mut receiver, probe) = holding(1);
    let task = Task::default();
    push(&mut sender, [1]);
    assert!(task.flush(&mut sender));
    push(&mut sender, [2]);
    assert!(!task.flush(&mut sender));
    assert_eq!(counters(&probe), (2, 0, 0, 2));
    assert_eq!(take_all(&mut receiver), [1]);
    assert_eq!(task.wakes(), 1);
    assert!(task.flush(&mut sender));
    assert_eq!(take_all(&mut receiver), [2]);
    assert_eq!(counters(&probe), (2, 2, 0, 0));
}

#[test]
fn bound_is_exact() {
    for (capacity, senders, receivers) in [
        (1, 1, 1),
        (2, 1, 1),
        (10, 1, 1),
        (64, 2, 1),
        (257, 1, 3),
        (1024, 3, 4),
        (997, 4, 1),
    ] {
        let options = EdgeOptions {
            capacity,
            senders,
            receivers,
            ..EdgeOptions::default()
        };
        let (sender, receiver, probe) = edge(options);
        let mut producers: Vec<_> = (1..senders).map(|_| sender.clone()).collect();
        producers.push(sender);
        let mut consumers: Vec<_> = (1..receivers).map(|_| receiver.clone()).collect();
        consumers.push(receiver);
        let task = Task::default();
        let mut fill_up = || {
            for producer in &mut producers {
                loop {
                    while producer.has_room() {
                        producer.push(0_u32);
                    }
                    if !task.flush(producer) {
                        break;
                    }
                }
            }
            producers.iter().map(Sender::len).sum::<usize>() - senders
        };
        fill_up();
        // a consumer that came early holds less: let each take again until it has the most it can hold
        let mut taken = 0;
        for consumer in &mut consumers {
            for _ in 0..4 {
                consumer.drain().for_each(drop);
                consumer.take_now();
                fill_up();
            }
            taken += consumer.len() - 1;
        }
        let buffered = fill_up();
        let queued = usize::try_from(probe.stats().queued).unwrap() - (buffered + senders);
        assert_eq!(
            queued + buffered + taken,
            capacity,
            "{capacity} {senders} {receivers}"
        );
    }
}

#[test]
fn drop_newest_keeps_what_was_first() {
    let (mut sender, mut receiver, probe) = overflowing(1, Overflow::DropNewest);
    let task = Task::default();
    push(&mut sender, 0..3);
    assert!(task.flush(&mut sender));
    assert!(sender.is_empty());
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(counters(&probe), (3, 1, 2, 0));
}

#[test]
fn drop_oldest_keeps_what_was_last() {
    for items in [2, 3, 7, 50] {
        let (mut sender, mut receiver, probe) = overflowing(4, Overflow::DropOldest);
        let task = Task::default();
        for chunk in 0..items {
            push(&mut sender, [2 * chunk, 2 * chunk + 1]);
            assert!(task.flush(&mut sender));
        }
        let kept = take_all(&mut receiver);
        assert_eq!(
            kept,
            (2 * items - 4..2 * items).collect::<Vec<_>>(),
            "a queue of 4 behind a chunk of 1"
        );
        assert_eq!(
            counters(&probe),
            (2 * u64::from(items), 4, 2 * u64::from(items) - 4, 0)
        );
    }
}

#[test]
fn drop_oldest_keeps_the_end_of_a_chunk_larger_than_the_queue() {
    let (mut sender, mut receiver, _probe) = overflowing(1, Overflow::DropOldest);
    push(&mut sender, 0..10);
    assert!(Task::default().flush(&mut sender));
    assert_eq!(take_all(&mut receiver), [9]);
}

#[test]
fn flush_now_never_drops_for_want_of_room() {
    for overflow in [
        Overflow::Block,
        Overflow::DropNewest,
        Overflow::DropOldest,
        Overflow::Fail,
    ] {
        let (mut sender, _receiver, probe) = overflowing(1, overflow);
        push(&mut sender, 0..3);
        sender.flush_now();
        assert_eq!(sender.len(), 2, "{overflow}");
        assert_eq!(counters(&probe), (1, 0, 0, 1), "{overflow}");
    }
}

#[test]
fn fail_sounds_its_alarm_once() {
    let alarms = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&alarms);
    let (mut sender, mut receiver, probe) = edge(EdgeOptions {
        capacity: 1,
        overflow: Overflow::Fail,
        alarm: Some(Arc::new(move || {
            heard.fetch_add(1, Ordering::SeqCst);
        })),
        ..EdgeOptions::default()
    });
    let task = Task::default();
    push(&mut sender, [0]);
    assert!(task.flush(&mut sender));
    assert_eq!(alarms.load(Ordering::SeqCst), 0);
    for item in 1..4 {
        push(&mut sender, [item]);
        assert!(task.flush(&mut sender));
    }
    assert_eq!(alarms.load(Ordering::SeqCst), 1);
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(counters(&probe), (4, 1, 3, 0));
}

#[test]
fn end_comes_after_the_rest() {
    let (mut sender, mut receiver, _probe) = holding(64);
    let task = Task::default();
    push(&mut sender, 0..3);
    drop(sender);
    assert!(task.fill(&mut receiver).is_ready());
    assert_eq!(receiver.drain().count(), 3);
    assert_eq!(task.fill(&mut receiver), Poll::Ready(None));
    assert_eq!(task.fill(&mut receiver), Poll::Ready(None));
}

#[test]
fn dropped_sender_books_what_does_not_fit() {
    let (mut sender, mut receiver, probe) = holding(1);
    push(&mut sender, 0..3);
    drop(sender);
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(counters(&probe), (3, 1, 2, 0));
}

#[test]
fn receivers_that_are_gone_leave_nothing_uncounted() {
    let (mut sender, receiver, probe) = holding(64);
    push(&mut sender, 0..3);
    sender.flush_now();
    drop(receiver);
    assert_eq!(counters(&probe), (3, 0, 3, 0));
    assert!(sender.is_sated());
    push(&mut sender, 0..2);
    assert!(Task::default().flush(&mut sender));
    assert_eq!(counters(&probe), (5, 0, 5, 0));
}

#[test]
fn last_receiver_frees_a_waiting_sender() {
    let (mut sender, receiver, probe) = holding(1);
    let task = Task::default();
    push(&mut sender, 0..3);
    assert!(!task.flush(&mut sender));
    drop(receiver);
    assert_eq!(task.wakes(), 1);
    assert!(task.flush(&mut sender));
    assert_eq!(counters(&probe), (3, 0, 3, 0));
}

#[test]
fn sated_when_every_receiver_had_enough_or_went() {
    let (mut sender, mut receiver, _probe) = holding(64);
    let other = receiver.clone();
    push(&mut sender, 0..3);
    sender.flush_now();
    receiver.enough();
    receiver.enough();
    assert!(!sender.is_sated());
    drop(other);
    assert!(sender.is_sated());
    assert_eq!(
        take_all(&mut receiver),
        [0, 1, 2],
        "what is queued is delivered"
    );
}

#[test]
fn close_delivers_what_is_queued_and_offered() {
    let (mut sender, mut receiver, probe) = holding(1);
    let (task, reader) = (Task::default(), Task::default());
    push(&mut sender, 0..2);
    assert!(!task.flush(&mut sender));
    probe.close();
    assert!(sender.is_sated());
    assert_eq!(take_all(&mut receiver), [0]);
    assert!(
        reader.fill(&mut receiver).is_pending(),
        "what was offered is still to come"
    );
    assert!(task.flush(&mut sender));
    assert_eq!(reader.wakes(), 1);
    assert_eq!(take_all(&mut receiver), [1]);
    assert_eq!(reader.fill(&mut receiver), Poll::Ready(None));
    push(&mut sender, [2]);
    assert!(task.flush(&mut sender));
    assert_eq!(counters(&probe), (3, 2, 1, 0));
}

#[test]
fn close_ends_waiting_receivers() {
    let (_sender, mut receiver, probe) = holding::<u32>(8);
    let task = Task::default();
    assert!(task.fill(&mut receiver).is_pending());
    probe.close();
    assert_eq!(task.wakes(), 1);
    assert_eq!(task.fill(&mut receiver), Poll::Ready(None));
}

#[tokio::test(start_paused = true)]
async fn given_up_flush_keeps_the_items_and_takes_back_the_offer() {
    let (mut sender, mut receiver, probe) = holding(1);
    sender.send_now(0).await;
    let wait = tokio::time::Duration::from_secs(1);
    assert!(
        tokio::time::timeout(wait, sender.send_now(1))
            .await
            .is_err()
    );
    assert_eq!(sender.len(), 1);
    assert_eq!(counters(&probe), (1, 0, 0, 1));
    probe.close();
    assert_eq!(take_all(&mut receiver), [0]);
    assert_eq!(receiver.fill().await, None, "nothing is offered any more");
}

#[tokio::test(start_paused = true)]
async fn offer_gives_back_what_nobody_takes() {
    let (mut sender, mut receiver, probe) = holding(1);
    assert_eq!(sender.offer("a").await, Ok(()));
    let wait = tokio::time::Duration::from_secs(1);
    assert!(tokio::time::timeout(wait, sender.offer("b")).await.is_err());
    assert!(sender.is_empty(), "what was given up is gone");
    assert_eq!(take_all(&mut receiver), ["a"]);
    probe.close();
    assert_eq!(sender.offer("c").await, Err("c"));
    assert_eq!(counters(&probe), (1, 1, 0, 0));
}

#[tokio::test]
async fn send_hands_over_full_chunks_only() {
    let (mut sender, mut receiver, probe) = holding(1024);
    for item in 0..400 {
        sender.send(item).await;
    }
    assert_eq!(counters(&probe), (342, 0, 0, 342));
    assert_eq!(receiver.fill().await, Some(Filled { first: 0, len: 342 }));
    sender.flush().await;
    assert_eq!(take_all(&mut receiver).len(), 400);
}

#[test]
fn items_are_dropped_outside_of_the_lock() {
    struct Looks(Probe);
    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(self.0.stats().is_balanced());
        }
    }
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let (mut sender, receiver, probe) = edge(EdgeOptions {
            capacity: 1,
            overflow,
            ..EdgeOptions::default()
        });
        push(&mut sender, (0..3).map(|_| Looks(probe.clone())));
        assert!(Task::default().flush(&mut sender));
        drop(receiver);
        push(&mut sender, [Looks(probe.clone())]);
        drop(sender);
        assert_eq!(counters(&probe), (4, 0, 4, 0));
    }
}
