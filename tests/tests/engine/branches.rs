//! Branches and merges, and the bound of an edge: who waits for whom, and what is lost where it was said.

use std::time::Duration;

use electrician::{
    ErrorKind,
    pipeline::Outcome,
    prelude::*,
    test::{
        Recorder, Script, assert_balanced, assert_clean, record, run_to_end, run_with, scripted,
    },
};

use super::support::{LONG, edge, ms, stats};

pipeline! {
    Blocking(input: Script<u32>, fast: Recorder<u32>, slow: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(fast);
        handler   far    = record(slow) { buffer: 4 };
        source -> [near, far];
    }

    Oldest(input: Script<u32>, fast: Recorder<u32>, slow: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(fast);
        handler   far    = record(slow) { buffer: 4, overflow: drop_oldest };
        source -> [near, far];
    }

    Newest(input: Script<u32>, fast: Recorder<u32>, slow: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(fast);
        handler   far    = record(slow) { buffer: 4, overflow: drop_newest };
        source -> [near, far];
    }

    Failing(input: Script<u32>, fast: Recorder<u32>, slow: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(fast);
        handler   far    = record(slow) { buffer: 4, overflow: fail };
        source -> [near, far];
    }

    Balanced(input: Script<u32>, fast: Recorder<u32>, slow: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(fast);
        handler   far    = record(slow);
        source -> any [near, far];
    }

    Merging(left: Script<u32>, right: Script<u32>, stored: Recorder<u32>) {
        generator evens = scripted(left);
        generator odds  = scripted(right);
        handler   store = record(stored);
        [evens, odds] -> store;
    }

    Bounded(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   store  = record(stored);
        source -> store with { buffer: 8 };
    }

    Narrow(stored: Recorder<u32>) {
        input   items: u32 { buffer: 8 };
        handler store = record(stored);
        items -> store with { buffer: 4 };
    }

    Sorting(input: Script<u32>, big: Recorder<u32>, small: Recorder<u32>) {
        generator source = scripted(input);
        handler   large  = record(big);
        handler   little = record(small);
        source -> match { 50.. => large, 0..=9 => _, n => n -> little };
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_slow_branch_that_blocks_gates_the_others_and_loses_nothing() {
    let (fast, slow) = (Recorder::new(), Recorder::slow(SECOND));
    let running = Blocking {
        input: Script::items(0..100),
        fast: fast.clone(),
        slow: slow.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(500)).await;
    assert!(
        fast.len() <= 70,
        "the fast branch is no further ahead than the slow one lets it: {}",
        fast.len()
    );
    let report = running.wait().await;
    assert_eq!(
        (fast.items(), slow.items()),
        ((0..100).collect(), (0..100).collect())
    );
    assert_eq!(stats(&report, "source").emitted, 200, "each branch counts");
    assert_clean(&report);
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_slow_branch_that_drops_the_oldest_gets_the_newest() {
    let (fast, slow) = (Recorder::new(), Recorder::slow(SECOND));
    let report = run_to_end(Oldest {
        input: Script::items(0..100),
        fast: fast.clone(),
        slow: slow.clone(),
    })
    .await;
    assert_eq!(
        (fast.len(), fast.times()[99]),
        (100, Duration::ZERO),
        "nobody waits for the slow branch"
    );
    let dropped = edge(&report, "source", "far").stats.dropped;
    assert_eq!(dropped + slow.len() as u64, 100);
    assert!(
        (94..=97).contains(&dropped),
        "4 wait, one of them with the sink, and 1 is in hand: {dropped} were dropped"
    );
    let items = slow.items();
    assert_eq!(items[items.len() - 3..], [97, 98, 99]);
    assert!(items.is_sorted());
}

#[tokio::test(start_paused = true)]
async fn a_slow_branch_that_drops_the_newest_keeps_the_oldest() {
    let (fast, slow) = (Recorder::new(), Recorder::slow(SECOND));
    let report = run_to_end(Newest {
        input: Script::items(0..100),
        fast: fast.clone(),
        slow: slow.clone(),
    })
    .await;
    assert_eq!(
        (fast.len(), fast.times()[99]),
        (100, Duration::ZERO),
        "nobody waits for the slow branch"
    );
    let dropped = edge(&report, "source", "far").stats.dropped;
    assert_eq!(dropped + slow.len() as u64, 100);
    assert!(
        (94..=97).contains(&dropped),
        "4 wait, one of them with the sink, and 1 is in hand: {dropped} were dropped"
    );
    assert_eq!(slow.items()[..3], [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_may_not_overflow_fails_the_pipeline() {
    let (fast, slow) = (Recorder::new(), Recorder::slow(SECOND));
    let report = run_to_end(Failing {
        input: Script::items(0..100),
        fast,
        slow,
    })
    .await;
    let Outcome::Failed(error) = &report.outcome else {
        panic!("{report}")
    };
    assert_eq!(error.kind(), ErrorKind::Overflowed);
    assert_eq!(
        error.to_string(),
        "the edge `source -> far` is full, and says `overflow: fail`"
    );
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_may_not_overflow_and_does_not_is_clean() {
    let (fast, slow) = (Recorder::new(), Recorder::new());
    let input = Script::items([1]).wait(ms(1)).item(2).wait(ms(1)).item(3);
    let report = run_to_end(Failing {
        input,
        fast,
        slow: slow.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(slow.items(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn balancing_gives_each_item_to_the_branch_that_is_free() {
    let (fast, slow) = (Recorder::slow(ms(1)), Recorder::slow(ms(1000)));
    let report = run_to_end(Balanced {
        input: Script::items(0..100),
        fast: fast.clone(),
        slow: slow.clone(),
    })
    .await;
    let mut all = [fast.items(), slow.items()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
    assert!(fast.len() > slow.len(), "{} and {}", fast.len(), slow.len());
    assert_eq!(stats(&report, "source").emitted, 100);
    assert_clean(&report);
}

/// A merge that raced its inputs handed the items of one of them on in another order.
#[tokio::test(start_paused = true)]
async fn a_merge_keeps_the_order_of_each_input() {
    let evens = Script::items((0..200).step_by(2))
        .wait(ms(3))
        .and((200..400).step_by(2));
    let odds = Script::items((1..100).step_by(2))
        .wait(ms(5))
        .and((101..400).step_by(2));
    let stored = Recorder::new();
    let report = run_to_end(Merging {
        left: evens,
        right: odds,
        stored: stored.clone(),
    })
    .await;
    let (even, odd): (Vec<u32>, Vec<u32>) = stored
        .items()
        .into_iter()
        .partition(|item| item.is_multiple_of(2));
    assert_eq!(even, (0..400).step_by(2).collect::<Vec<_>>());
    assert_eq!(odd, (1..400).step_by(2).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_keeps_the_order_of_each_input_on_two_threads() {
    let stored = Recorder::new();
    let (left, right) = (
        Script::items((0..4000).step_by(2)),
        Script::items((1..4000).step_by(2)),
    );
    run_to_end(Merging {
        left,
        right,
        stored: stored.clone(),
    })
    .await;
    let (even, odd): (Vec<u32>, Vec<u32>) = stored
        .items()
        .into_iter()
        .partition(|item| item.is_multiple_of(2));
    assert!(even.is_sorted() && odd.is_sorted());
    assert_eq!((even.len(), odd.len()), (2000, 2000));
}

#[tokio::test(start_paused = true)]
async fn a_source_is_never_further_ahead_than_the_edge_and_a_chunk() {
    let (input, stored) = (Script::items(0..500), Recorder::slow(ms(100)));
    let running = Bounded {
        input: input.clone(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    for _ in 0..40 {
        tokio::time::sleep(ms(1000)).await;
        let ahead = input.given() - stored.len() as u64;
        assert!(
            ahead <= 8 + 64 + 1,
            "8 on the edge, a chunk at the source, one in hand: {ahead}"
        );
    }
    assert_clean(&running.wait().await);
    assert_balanced(&running.report());
}

#[tokio::test(start_paused = true)]
async fn an_input_takes_no_more_than_its_buffers_hold() {
    let stored = Recorder::slow(SECOND);
    let work = async |running: &Running<Narrow>| {
        for n in 0..30 {
            running.items.send(n).await.unwrap();
            let ahead = n as usize + 1 - stored.len();
            assert!(
                ahead <= 8 + 4 + 2,
                "8 and 4 on the edges, one in the hand of each stage: {ahead}"
            );
        }
    };
    let report = run_with(
        Narrow {
            stored: stored.clone(),
        },
        work,
        LONG,
    )
    .await;
    assert_clean(&report);
    assert_eq!(stored.items(), (0..30).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_route_sends_each_item_one_way_and_counts_what_it_discards() {
    let (big, small) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Sorting {
        input: Script::items(0..100),
        big: big.clone(),
        small: small.clone(),
    })
    .await;
    assert_eq!(
        (big.items(), small.items()),
        ((50..100).collect(), (10..50).collect())
    );
    assert_eq!(stats(&report, "source").discarded, 10);
}
