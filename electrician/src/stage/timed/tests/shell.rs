//! The shell on edges: it waits, holds back, flushes, and accounts for every item.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::{
    edge::{Cycle, CyclePlace, CycleRole, EdgeOptions, Merge, Probe, Sender, edge},
    pipeline::Assembly,
    stage::{
        Cell, Port, StageStats,
        timed::{
            HELD_MOST, Timed, TimedDraft, TimedIntake, batch, debounce, delay, sample, throttle,
            window,
        },
    },
    value::Rate,
};

const NUMBERS: Port<u32> = Port::new();

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An operator behind one edge.
struct Rig<Op: Timed<u32, Out>, Out> {
    sender: Sender<u32>,
    probe: Probe,
    intake: TimedIntake<Op, u32, Out>,
    cell: Arc<Cell>,
}

fn rig<Op: Timed<u32, Out>, Out>(draft: TimedDraft<Op, u32, Out>, capacity: usize) -> Rig<Op, Out> {
    let definition = draft.install("operator", &mut Assembly::new());
    let cell = Arc::clone(definition.cell());
    let options = EdgeOptions {
        capacity,
        ..EdgeOptions::default()
    };
    let (sender, receiver, probe) = edge(options);
    let intake = definition.intake(Merge::of(receiver));
    Rig {
        sender,
        probe,
        intake,
        cell,
    }
}

fn elapsed(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).expect("a short test")
}

/// What leaves when items come at these milliseconds, and the input then ends; and that all of it balances.
async fn timeline<Op: Timed<u32, Out>, Out: Send>(
    draft: TimedDraft<Op, u32, Out>,
    came: &[(u64, u32)],
) -> (Vec<(u64, Out)>, StageStats) {
    let Rig {
        mut sender,
        mut intake,
        cell,
        ..
    } = rig(draft, 64);
    let (start, items) = (Instant::now(), came.to_vec());
    let producer = tokio::spawn(async move {
        for (at, item) in items {
            sleep_until(start + ms(at)).await;
            sender.send_now(item).await;
        }
    });
    let mut left = Vec::new();
    while intake.fill().await {
        while let Some(output) = intake.pop() {
            left.push((elapsed(start), output));
        }
    }
    producer.await.expect("the producer does not panic");
    let stats = cell.stats();
    assert_eq!(stats.received, came.len() as u64);
    assert_eq!(stats.received, stats.completed + stats.filtered);
    assert_eq!(stats.emitted, left.len() as u64);
    (left, stats)
}

#[tokio::test(start_paused = true)]
async fn batch_of_five_completes_five_and_emits_one() {
    let came = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (50, 6), (80, 7)];
    let (left, stats) = timeline(batch(NUMBERS, 5, ms(20)), &came).await;
    assert_eq!(
        left,
        [(4, vec![1, 2, 3, 4, 5]), (70, vec![6]), (80, vec![7])]
    );
    assert_eq!((stats.completed, stats.filtered, stats.emitted), (7, 0, 3));
}

#[tokio::test(start_paused = true)]
async fn window_gives_what_each_span_brought() {
    let came = [(5, 1), (10, 2), (50, 3), (57, 4)];
    let (left, stats) = timeline(window(NUMBERS, ms(10)), &came).await;
    assert_eq!(left, [(15, vec![1, 2]), (55, vec![3]), (57, vec![4])]);
    assert_eq!((stats.completed, stats.emitted), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn sample_and_debounce_count_what_they_leave_out_as_filtered() {
    let came = [(0, 1), (4, 2), (11, 3), (13, 4), (60, 5)];
    let (left, stats) = timeline(sample(NUMBERS, ms(10)), &came).await;
    assert_eq!(left, [(10, 2), (20, 4), (60, 5)]);
    assert_eq!((stats.completed, stats.filtered), (3, 2));
    let (left, stats) = timeline(debounce(NUMBERS, ms(5)), &came).await;
    assert_eq!(left, [(9, 2), (18, 4), (60, 5)]);
    assert_eq!((stats.completed, stats.filtered), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn delay_and_throttle_leave_nothing_out() {
    let came = [(0, 1), (0, 2), (3, 3)];
    let (left, _) = timeline(delay(NUMBERS, ms(10)), &came).await;
    assert_eq!(left, [(10, 1), (10, 2), (13, 3)]);
    let (left, _) = timeline(throttle(NUMBERS, Rate::per_second(50)), &came).await;
    assert_eq!(left, [(0, 1), (20, 2), (40, 3)]);
}

#[tokio::test(start_paused = true)]
async fn throttle_is_exact_where_the_timer_is_not() {
    let came: Vec<_> = (0..3_000).map(|item| (0, item)).collect();
    let (left, _) = timeline(throttle(NUMBERS, Rate::per_second(10_000)), &came).await;
    let (last, _) = left[left.len() - 1];
    assert!(
        (298..=302).contains(&last),
        "3000 items at 10000/s took {last}ms"
    );
}

#[tokio::test(start_paused = true)]
async fn what_feeds_a_full_operator_waits() {
    let Rig {
        mut sender,
        probe,
        mut intake,
        ..
    } = rig(delay(NUMBERS, ms(10)), 64);
    let producer = tokio::spawn(async move {
        for item in 0..2_000 {
            sender.send(item).await;
        }
        sender.flush().await;
    });
    let start = Instant::now();
    assert!(intake.fill().await);
    assert_eq!(elapsed(start), 10);
    assert!(
        probe.stats().taken < HELD_MOST as u64 + 64,
        "{:?}",
        probe.stats()
    );
    assert!(!producer.is_finished());
    let mut left = 0;
    loop {
        while intake.pop().is_some() {
            left += 1;
        }
        if !intake.fill().await {
            break;
        }
    }
    assert_eq!((left, elapsed(start)), (2_000, 20));
}

#[tokio::test(start_paused = true)]
async fn what_is_held_when_the_island_is_dropped_is_booked_as_dropped() {
    let Rig {
        mut sender,
        mut intake,
        cell,
        ..
    } = rig(batch(NUMBERS, 4, ms(1000)), 64);
    sender.extend(0..10);
    sender.flush().await;
    assert!(intake.fill().await);
    assert_eq!(intake.pop(), Some(vec![0, 1, 2, 3]));
    let stats = cell.stats();
    assert_eq!(
        (stats.received, stats.completed, stats.in_flight()),
        (10, 4, 6)
    );
    drop(intake);
    let stats = cell.stats();
    assert_eq!(
        (stats.completed, stats.dropped, stats.in_flight()),
        (4, 6, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_given_up_loses_nothing() {
    let Rig {
        mut sender,
        mut intake,
        cell,
        ..
    } = rig(batch(NUMBERS, 4, ms(100)), 64);
    sender.send_now(1).await;
    let gave_up = tokio::time::timeout(ms(10), intake.fill()).await;
    assert!(gave_up.is_err());
    sender.send_now(2).await;
    assert!(intake.fill().await);
    assert_eq!(intake.pop(), Some(vec![1, 2]));
    assert_eq!(cell.stats().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_needs_any_more_is_left_out_at_once() {
    let Rig {
        mut sender,
        mut intake,
        cell,
        ..
    } = rig(throttle(NUMBERS, Rate::per_minute(1)), 64);
    sender.extend(0..20);
    sender.flush().await;
    assert!(intake.fill().await);
    assert_eq!(intake.pop(), Some(0));
    intake.enough_if(false);
    assert!(!sender.is_sated());
    intake.enough_if(true);
    assert!(sender.is_sated());
    sender.send_now(20).await;
    drop(sender);
    let start = Instant::now();
    assert!(!intake.fill().await);
    assert!(!intake.fill().await, "the end stays the end");
    assert_eq!(elapsed(start), 0);
    drop(intake);
    let stats = cell.stats();
    assert_eq!(
        (stats.completed, stats.filtered, stats.in_flight()),
        (1, 20, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_feedback_loop_does_not_end_while_items_are_held() {
    let mut run = Assembly::new();
    let cycle = Cycle::new();
    let place = |role| EdgeOptions {
        cycle: Some(CyclePlace {
            cycle: cycle.clone(),
            role,
        }),
        ..EdgeOptions::default()
    };
    let (mut entry, came_in, _) = edge(place(CycleRole::Entry));
    let (mut back, came_back, _) = edge(place(CycleRole::Feedback));
    let definition = delay(NUMBERS, ms(10)).install("later", &mut run);
    let cell = Arc::clone(definition.cell());
    let mut intake = definition.intake(Merge::of(came_in).and(came_back));
    entry.extend([0, 1, 2]);
    drop(entry);

    let (start, mut done) = (Instant::now(), Vec::new());
    while intake.fill().await {
        while let Some(item) = intake.pop() {
            if item < 4 {
                back.push(item + 2);
            } else {
                done.push((elapsed(start), item));
            }
        }
        back.flush().await;
    }
    assert_eq!(done, [(20, 4), (30, 4), (30, 5)]);
    assert_eq!(cycle.outstanding(), 0);
    let stats = cell.stats();
    assert_eq!(stats.received, stats.completed);
}

#[tokio::test(start_paused = true)]
async fn a_wait_on_purpose_is_no_stall() {
    let Rig {
        mut sender,
        mut intake,
        cell,
        ..
    } = rig(window(NUMBERS, ms(60_000)), 64);
    sender.send_now(1).await;
    let gave_up = tokio::time::timeout(ms(59_000), intake.fill()).await;
    assert!(gave_up.is_err());
    assert_eq!(cell.progress(), 60_000);
    assert!(intake.fill().await);
    assert_eq!(cell.progress(), 60_000);
}

#[test]
fn values_that_cannot_be_meant_are_refused_by_name() {
    fn refuses<Op: Timed<u32, Out>, Out>(draft: TimedDraft<Op, u32, Out>, sentence: &str) {
        let mut run = Assembly::new();
        drop(draft.install("operator", &mut run));
        let refused = run.launch().expect_err("the value is refused");
        assert_eq!(refused.stage(), "operator");
        assert!(refused.to_string().contains(sentence), "{refused}");
    }
    refuses(batch(NUMBERS, 0, ms(1)), "`count` must be at least 1");
    refuses(batch(NUMBERS, 1, ms(0)), "`duration` must be above zero");
    refuses(window(NUMBERS, ms(0)), "`duration` must be above zero");
    refuses(sample(NUMBERS, ms(0)), "`duration` must be above zero");
    refuses(debounce(NUMBERS, ms(0)), "`duration` must be above zero");
    refuses(delay(NUMBERS, ms(0)), "`duration` must be above zero");
    refuses(
        throttle(NUMBERS, Rate::per_second(0)),
        "`rate` must be above zero",
    );
}
