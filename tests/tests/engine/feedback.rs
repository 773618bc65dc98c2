//! Feedback: items that come around again, and a loop that ends when it is empty.

use std::time::Duration;

use electrician::{
    ErrorKind,
    prelude::*,
    test::{Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};

use super::support::{LONG, edge, ms, stats};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lap {
    runner: u32,
    left: u32,
    run: u32,
}

#[handler]
async fn run_lap(lap: Lap, time: &Duration) -> Lap {
    if !time.is_zero() {
        tokio::time::sleep(*time).await;
    }
    Lap {
        left: lap.left - 1,
        run: lap.run + 1,
        ..lap
    }
}

#[handler]
fn again(lap: Lap) -> Lap {
    lap
}

/// Two for one, for ever.
#[handler]
fn breed(item: u32) -> impl Iterator<Item = u32> {
    std::iter::repeat_n(item, 2)
}

pipeline! {
    Race(input: Script<Lap>, time: Duration, home: Recorder<Lap>) {
        generator start  = scripted(input);
        handler   round  = run_lap(time);
        handler   back   = again;
        handler   finish = record(home);
        start -> round -> match { Lap { left: 0, .. } => finish, _ => back };
        back -> round with { feedback, buffer: 128, overflow: fail };
    }

    Crowd(input: Script<Lap>, time: Duration, home: Recorder<Lap>) {
        generator start  = scripted(input);
        handler   round  = run_lap(time) { workers: 3, buffer: 200 };
        handler   back   = again;
        handler   finish = record(home);
        start -> round -> match { Lap { left: 0, .. } => finish, _ => back };
        back -> round with { feedback, buffer: 4, overflow: drop_newest };
    }

    Rabbits(input: Script<u32>) {
        generator start = scripted(input);
        handler   pair  = breed;
        handler   back  = breed;
        start -> pair -> back;
        back -> pair with { feedback, buffer: 64, overflow: fail };
    }
}

fn runner(runner: u32, left: u32) -> Lap {
    Lap {
        runner,
        left,
        run: 0,
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_goes_around_as_often_as_it_is_sent_back() {
    let home = Recorder::new();
    let report = run_to_end(Race {
        input: Script::items([runner(1, 1000)]),
        time: Duration::ZERO,
        home: home.clone(),
    })
    .await;
    assert_eq!(
        home.items(),
        [Lap {
            runner: 1,
            left: 0,
            run: 1000
        }]
    );
    assert_eq!(
        (
            stats(&report, "round").received,
            stats(&report, "back").received
        ),
        (1000, 999)
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn many_items_go_around_at_once_and_all_come_home() {
    let home = Recorder::new();
    let input = Script::items((1..=40).map(|n| runner(n, n)));
    let report = run_to_end(Race {
        input,
        time: ms(1),
        home: home.clone(),
    })
    .await;
    let mut all: Vec<_> = home
        .items()
        .iter()
        .map(|lap| (lap.runner, lap.run))
        .collect();
    all.sort_unstable();
    assert_eq!(all, (1..=40).map(|n| (n, n)).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_drain_lets_what_is_in_the_loop_come_home() {
    let home = Recorder::new();
    let input = Script::items((1..=5).map(|n| runner(n, 20))).hang();
    let running = Race {
        input,
        time: ms(10),
        home: home.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(200)).await;
    assert!(home.is_empty());
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(home.len(), 5);
    assert!(home.items().iter().all(|lap| lap.run == 20));
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_never_empties_is_aborted_at_the_deadline_and_named() {
    let home = Recorder::new();
    let input = Script::items([runner(1, u32::MAX)]);
    let running = Race {
        input,
        time: ms(10),
        home: home.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(100)).await;
    let report = running.drain(Duration::from_secs(1)).await;
    assert_balanced(&report);
    assert_eq!((report.left, home.len()), (vec!["round".to_owned()], 0));
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_drops_counts_what_it_lost_and_ends() {
    let home = Recorder::new();
    let input = Script::items((0..100).map(|n| runner(n, 2)));
    let report = run_to_end(Crowd {
        input,
        time: ms(10),
        home: home.clone(),
    })
    .await;
    let lost = edge(&report, "back", "round").stats.dropped;
    assert_eq!(home.len() as u64 + lost, 100, "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_loop_that_may_not_overflow_fails_the_pipeline() {
    let report = run_to_end(Rabbits {
        input: Script::items([1]),
    })
    .await;
    let error = report.failure().unwrap_or_else(|| panic!("{report}"));
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Overflowed, "back -> pair")
    );
}
