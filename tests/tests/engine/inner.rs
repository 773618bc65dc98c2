//! A pipeline as a stage of another one.

use std::time::Duration;

use electrician::{
    pipeline::State,
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        run_with, scripted,
    },
};

use super::support::{Broken, LONG, ms, stats};

#[handler]
fn double(item: u32) -> u32 {
    item * 2
}

pipeline! {
    Calling(faults: Faults<Broken>) {
        defaults { on_error: skip };
        input   items: u32;
        output  results: u32;
        handler call  = faulty_ref(faults) { workers: 4, timeout: 1s };
        handler twice = double;
        items -> call -> twice -> results;
    }

    Outer(input: Script<u32>, inner: Faults<Broken>, later: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        pipeline  calls  = Calling(inner);
        handler   after  = faulty_ref(later) { on_error: stop };
        handler   store  = record(stored);
        source -> calls -> after -> store;
    }

    Twice(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        pipeline  first  = Calling(faults);
        pipeline  second = Calling(faults);
        handler   store  = record(stored);
        source -> first -> second -> store;
    }
}

/// The options of the outer pipeline were handed down: an inner stage retried and timed out as its neighbour did.
#[tokio::test(start_paused = true)]
async fn the_options_of_an_inner_pipeline_are_its_own() {
    let (inner, outer) = (
        Faults::none().slow(ms(10)).fail_on(2, Broken(2)).hang_on(3),
        Faults::none().slow(ms(5000)),
    );
    let stored = Recorder::new();
    let outer_pipeline = Outer {
        input: Script::items(0..6),
        inner: inner.clone(),
        later: outer.clone(),
        stored: stored.clone(),
    };
    let report = run_to_end(outer_pipeline).await;
    assert_eq!(inner.max_concurrent(), 4);
    assert_eq!(
        (outer.max_concurrent(), outer.calls()),
        (1, 4),
        "the inner workers and timeout are not the outer ones"
    );
    assert_eq!((stats(&report, "calls/call").failed, stored.len()), (2, 4));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_failure_outside_stops_the_inner_pipeline_too() {
    let later = Faults::none().fail_on(2, Broken(1));
    let stored = Recorder::new();
    let input = Script::items(0..6).wait(ms(1)).and(6..12).hang();
    let report = run_to_end(Outer {
        input: input.clone(),
        inner: Faults::none(),
        later,
        stored,
    })
    .await;
    assert_eq!(
        report.failure().map(electrician::Error::stage),
        Some("after")
    );
    assert_eq!(input.playing(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_inner_pipeline_serves_twice() {
    let stored = Recorder::new();
    let report = run_to_end(Twice {
        input: Script::items(1..=10),
        faults: Faults::none(),
        stored: stored.clone(),
    })
    .await;
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (1..=10).map(|n| n * 4).collect::<Vec<_>>());
    assert_eq!(
        (
            stats(&report, "first/call").received,
            stats(&report, "second/call").received
        ),
        (10, 10)
    );
}

#[tokio::test(start_paused = true)]
async fn a_drain_empties_the_inner_pipelines_too() {
    let stored = Recorder::new();
    let twice = Twice {
        input: Script::items(0..40).hang(),
        faults: Faults::none().slow(ms(100)),
        stored: stored.clone(),
    };
    let work = async |running: &Running<Twice>| {
        tokio::time::sleep(ms(250)).await;
        assert!(running.health().is_fine());
        assert!(matches!(
            running.health().stage("second/call"),
            Some(State::Fine)
        ));
        assert_balanced(&running.report());
    };
    assert_clean(&run_with(twice, work, LONG).await);
    assert_eq!(stored.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn what_hangs_inside_is_named_with_its_path() {
    let faults = Faults::none().hang_on(3);
    let stored = Recorder::new();
    let running = Calling {
        faults: faults.clone(),
    }
    .start()
    .unwrap();
    running.items.send(1).await.unwrap();
    assert_balanced(&running.stop().await);
    let twice = Twice {
        input: Script::items([1, 2, 3]),
        faults: faults.clone(),
        stored,
    };
    let work = async |_: &Running<Twice>| tokio::time::sleep(ms(10)).await;
    let report = run_with(twice, work, Duration::from_millis(500)).await;
    assert_eq!(report.left, ["first/call"]);
}
