//! The queue of a rate limit: who waits, who overtakes, who goes to the overflow port, and what is left at the end.

use electrician::{
    prelude::*,
    resilience::Layer,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        scripted,
    },
    value::Rate,
};
use tokio::time::{Instant, sleep};

use super::support::{Broken, LONG, delay, keep, ms, sent, stats};

/// A thousand and more is urgent.
fn urgency(item: &u32) -> u8 {
    u8::from(*item >= 1_000)
}

pipeline! {
    Smoothed(faults: Faults<Broken>, capacity: usize, stored: Recorder<u32>, spilt: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 10/s, burst: 1, queue: { capacity: *capacity, priority: urgency } },
            on_error:   skip,
        };
        handler store = record(stored);
        handler spill = record(spilt);
        items -> call -> store;
        call.overflow -> spill;
    }

    Strict(faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        input   items: u32;
        handler call    = faulty_ref(faults) { rate_limit: { rate: 10/s, burst: 1, queue: { capacity: 3 } } };
        handler store   = record(stored);
        handler rejects = keep(rejected);
        items -> call -> store;
        call.error -> rejects;
    }

    Ageing(faults: Faults<Broken>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 1/s, burst: 1, queue: { capacity: 100, priority: urgency, ageing: 3s } },
            on_error:   skip,
        };
        handler store = record(stored);
        items -> call -> store;
    }

    ShortLived(faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 1/s, burst: 1, queue: { capacity: 100, ttl: 2500ms } },
            on_error:   skip,
        };
        handler store = record(stored);
        handler spill = record(spilt);
        items -> call -> store;
        call.overflow -> spill;
    }

    Busy(faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            workers:    3,
            rate_limit: { rate: 1_000/s, queue: { capacity: 4, priority: urgency, ttl: 30ms } },
            on_error:   skip,
        };
        handler store = record(stored);
        handler spill = record(spilt);
        items -> call -> store;
        call.overflow -> spill;
    }

    Rapid(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:    8,
            rate_limit: { rate: 1_000/s, burst: 1, queue: { capacity: 10_000 } },
            on_error:   skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Mixed(faults: Faults<Broken>, capacity: usize, stored: Recorder<u32>, spilt: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 100/s, burst: 3, queue: { capacity: *capacity, priority: |item| (item % 4) as u8, ttl: 60ms } },
            on_error:   skip,
        };
        handler store = record(stored);
        handler spill = record(spilt);
        items -> call -> store;
        call.overflow -> spill;
    }

    Flooded(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:    4,
            rate_limit: { rate: 1_000_000/s, queue: { capacity: 16, priority: urgency } },
            on_error:   skip,
        };
        handler   store  = record(stored);
        handler   spill  = record(spilt);
        source -> call -> store;
        call.overflow -> spill;
    }

    Split {
        input   items: u32;
        handler call = parts { rate_limit: { rate: 1/s, queue: { capacity: 10 } }, on_error: skip };
        items -> call -> _;
    }

    Thread {
        input   items: u32;
        handler call = block { rate_limit: { rate: 1/s, queue: { capacity: 10 } }, on_error: skip };
        items -> call -> _;
    }
}

#[handler]
fn parts(item: &u32) -> impl Iterator<Item = u32> {
    0..*item
}

#[handler(blocking)]
fn block(item: u32) -> u32 {
    item
}

#[tokio::test(start_paused = true)]
async fn an_urgent_item_overtakes_and_equals_keep_their_order() {
    let (stored, spilt, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let running = sent!(
        Smoothed {
            faults: Faults::none(),
            capacity: 100,
            stored: stored.clone(),
            spilt: spilt.clone(),
        },
        [1, 2, 3, 1_001, 4, 1_002]
    );
    sleep(ms(150)).await;
    running.items.send(1_003).await.unwrap();
    assert_clean(&running.drain(LONG).await);
    assert_eq!(stored.items(), [1, 1_001, 1_002, 1_003, 2, 3, 4]);
    assert_eq!(began.elapsed(), ms(600));
    assert!(spilt.items().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_bound_is_exact_and_what_does_not_fit_overflows() {
    let (stored, spilt) = (Recorder::new(), Recorder::new());
    let running = sent!(
        Smoothed {
            faults: Faults::none(),
            capacity: 4,
            stored: stored.clone(),
            spilt: spilt.clone(),
        },
        0..100
    );
    sleep(ms(50)).await;
    let queue = running.stages().call.queue();
    assert_eq!((queue.depth, queue.capacity, queue.refused), (4, 4, 95));
    assert_eq!(queue.oldest.map(|came| came.elapsed()), Some(ms(50)));
    assert_eq!(running.stages().call.stats().refused, 95);
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [0, 1, 2, 3, 4]);
    assert_eq!(spilt.items(), (5..100).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_fails_as_refused_without_the_port() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let running = sent!(
        Strict {
            faults: Faults::none(),
            stored: stored.clone(),
            rejected: rejected.clone(),
        },
        0..6
    );
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [0, 1, 2, 3]);
    let failures = rejected.take();
    let items: Vec<_> = failures.iter().map(|failure| failure.item).collect();
    assert_eq!(items, [4, 5]);
    for failure in &failures {
        let Cause::Refused(refusal) = &failure.cause else {
            panic!("{failure} was not refused");
        };
        assert_eq!((refusal.layer, failure.attempts), (Layer::RateLimit, 0));
    }
    assert_eq!(stats(&report, "call").refused, 2);
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn what_has_waited_long_goes_before_what_is_urgent_and_new() {
    let stored = Recorder::new();
    let running = sent!(
        Ageing {
            faults: Faults::none(),
            stored: stored.clone(),
        },
        [1, 2, 3]
    );
    sleep(ms(3_500)).await;
    for item in [4, 5, 6, 7, 1_001] {
        running.items.send(item).await.unwrap();
    }
    sleep(ms(3_100)).await;
    running.items.send(1_002).await.unwrap();
    assert_clean(&running.drain(LONG).await);
    assert_eq!(stored.items(), [1, 2, 3, 4, 1_001, 5, 6, 7, 1_002]);
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_too_old_overflows_when_its_time_is_over() {
    let (stored, spilt, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let running = sent!(
        ShortLived {
            faults: Faults::none(),
            stored: stored.clone(),
            spilt: spilt.clone(),
        },
        0..8
    );
    sleep(ms(2_499)).await;
    assert!(spilt.items().is_empty());
    sleep(ms(2)).await;
    assert_eq!(
        (stored.items(), spilt.items()),
        (vec![0, 1, 2], vec![3, 4, 5, 6, 7])
    );
    assert_clean(&running.drain(LONG).await);
    assert_eq!(began.elapsed(), ms(2_501));
}

#[tokio::test(start_paused = true)]
async fn an_item_becomes_too_old_while_all_workers_are_busy() {
    let (stored, spilt) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().slow(ms(100));
    let running = sent!(
        Busy {
            faults: faults.clone(),
            stored: stored.clone(),
            spilt: spilt.clone(),
        },
        0..9
    );
    sleep(ms(20)).await;
    assert_eq!(running.stages().call.queue().depth, 4);
    assert_eq!(spilt.items(), [7, 8], "three are called, four wait");
    sleep(ms(20)).await;
    assert_eq!(running.stages().call.queue().depth, 0);
    assert_eq!(spilt.items(), [7, 8, 3, 4, 5, 6]);
    assert_clean(&running.drain(LONG).await);
    assert_eq!(
        (stored.items(), faults.max_concurrent()),
        (vec![0, 1, 2], 3)
    );
}

#[tokio::test(start_paused = true)]
async fn a_queue_drains_at_the_full_rate_of_its_limit() {
    let (stored, began) = (Recorder::new(), Instant::now());
    let report = run_to_end(Rapid {
        input: Script::items(0..5_001),
        faults: Faults::none().slow(ms(3)),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), (0..5_001).collect::<Vec<_>>());
    assert_eq!(began.elapsed(), ms(5_003));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_drain_empties_the_queue_and_a_stop_books_what_it_held() {
    for held in [false, true] {
        let (stored, spilt) = (Recorder::new(), Recorder::new());
        let running = sent!(
            Smoothed {
                faults: Faults::none(),
                capacity: 50,
                stored: stored.clone(),
                spilt,
            },
            0..51
        );
        sleep(ms(350)).await;
        assert_eq!(running.stages().call.queue().depth, 47);
        let report = if held {
            running.stop().await
        } else {
            running.drain(LONG).await
        };
        let call = stats(&report, "call");
        assert_eq!(call.received, 51);
        let (done, dropped) = if held { (4, 47) } else { (51, 0) };
        assert_eq!((call.completed, call.dropped), (done, dropped));
        assert_eq!(stored.items().len() as u64, done);
        assert_balanced(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn the_rate_of_a_limit_with_a_queue_is_a_knob() {
    let (stored, spilt, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let running = sent!(
        Smoothed {
            faults: Faults::none(),
            capacity: 1_000,
            stored: stored.clone(),
            spilt,
        },
        0..1_001
    );
    let limit = running.stages().call.rate_limit();
    limit.set(Rate::per_second(1_000)).unwrap();
    assert_clean(&running.drain(LONG).await);
    assert!(began.elapsed() <= ms(1_200), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whatever_comes_when_it_comes_the_bound_holds_and_equals_keep_their_order() {
    for seed in 1..20_u32 {
        let (stored, spilt) = (Recorder::new(), Recorder::new());
        let capacity = seed as usize % 7 + 1;
        let mixed = Mixed {
            faults: Faults::none().slow(ms(u64::from(seed) % 3)),
            capacity,
            stored: stored.clone(),
            spilt: spilt.clone(),
        };
        let running = mixed.start().unwrap();
        for item in 0..200 {
            running.items.send(item).await.unwrap();
            sleep(delay(item * seed) / 2).await;
            assert!(running.stages().call.queue().depth <= capacity);
        }
        assert_clean(&running.drain(LONG).await);
        let (stored, mut all) = (stored.items(), spilt.items());
        for class in 0..4 {
            let equals = stored.iter().filter(|item| *item % 4 == class);
            assert!(equals.is_sorted(), "{seed}: {stored:?}");
        }
        all.extend(&stored);
        all.sort_unstable();
        assert_eq!(all, (0..200).collect::<Vec<_>>(), "{seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_between_threads() {
    let (stored, spilt) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Flooded {
        input: Script::items(0..20_000),
        faults: Faults::none(),
        stored: stored.clone(),
        spilt: spilt.clone(),
    })
    .await;
    let mut all = [stored.items(), spilt.items()].concat();
    all.sort_unstable();
    assert_eq!(all, (0..20_000).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn start_refuses_a_queue_that_cannot_be_meant() {
    let smoothed = Smoothed {
        faults: Faults::none(),
        capacity: 0,
        stored: Recorder::new(),
        spilt: Recorder::new(),
    };
    let refused = [
        smoothed.start().unwrap_err().to_string(),
        Split.start().unwrap_err().to_string(),
        Thread.start().unwrap_err().to_string(),
    ];
    assert_eq!(
        refused,
        [
            "stage `call`: `capacity` must be at least 1, not 0",
            "stage `call`: `queue` needs a handler that gives one item at most",
            "stage `call`: `queue` needs a handler that does not block",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_run_begins_with_an_empty_queue() {
    let (stored, spilt) = (Recorder::new(), Recorder::new());
    let mut running = sent!(
        Smoothed {
            faults: Faults::none(),
            capacity: 10,
            stored: stored.clone(),
            spilt,
        },
        0..10
    );
    sleep(ms(10)).await;
    let report = running.restart(ms(0)).await.unwrap();
    assert_eq!(stats(&report, "call").dropped, 9);
    assert_eq!(running.stages().call.queue().depth, 0);
    running.items.send(70).await.unwrap();
    assert_balanced(&running.drain(LONG).await);
    assert_eq!(stored.items().last(), Some(&70));
}
