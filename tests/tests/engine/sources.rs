//! Sources: pause and resume, generators of every kind, each of which runs once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{
    pipeline::{Outcome, State},
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty, record, run_to_end,
        run_with, scripted,
    },
};

use super::support::{Broken, LONG, ms, stats};

/// The number of its call, which tells how often it was polled.
#[generator(every = "100ms")]
async fn tick(count: &AtomicU32) -> Option<u32> {
    Some(count.fetch_add(1, Relaxed))
}

#[generator(every = "1s")]
async fn work(count: &AtomicU32) -> Work<u32, Broken> {
    match count.fetch_add(1, Relaxed) {
        3 => Work::Idle(ms(500)),
        5 => Work::Failed(Broken(5), ms(200)),
        8 => Work::Done,
        n => Work::Item(n),
    }
}

#[generator]
fn naturals() -> impl Iterator<Item = u32> {
    0..
}

/// Ends with an error of its own.
#[generator]
async fn push(mut out: Outlet<u32>) -> Result<(), Broken> {
    for item in 0..200 {
        out.send(item).await?;
    }
    Err(Broken(7))
}

/// Goes on for a while although it was told to stop.
#[generator]
async fn stubborn(mut out: Outlet<u32>) -> Result<(), Broken> {
    for item in 0.. {
        tokio::time::sleep(ms(10)).await;
        if out.send(item).await.is_err() {
            out.send(1000).await.ok();
            return Err(Broken(9));
        }
    }
    Ok(())
}

pipeline! {
    Playing(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = faulty(faults) { workers: 2 };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Ticking(count: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = tick(count);
        handler   store  = record(stored);
        source -> store;
    }

    Working(count: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = work(count) { on_error: skip };
        handler   store  = record(stored);
        source -> store;
    }

    Endless(stored: Recorder<u32>) {
        generator source = naturals;
        handler   store  = record(stored);
        source -> take(5) -> store;
    }

    Pushing(stored: Recorder<u32>) {
        generator source = push { on_error: skip };
        handler   store  = record(stored);
        source -> store;
    }

    Stubborn(stored: Recorder<u32>) {
        generator source = stubborn { on_error: fail };
        handler   store  = record(stored);
        source -> store;
    }

    Ingest(stored: Recorder<u32>) {
        input   items: u32;
        handler store = record(stored);
        items -> store;
    }
}

/// A generator was started once a worker: everything came in twice.
#[tokio::test(start_paused = true)]
async fn a_generator_never_runs_twice() {
    let (input, stored) = (
        Script::items(0..100).wait(ms(10)).and(100..200),
        Recorder::new(),
    );
    let playing = Playing {
        input: input.clone(),
        faults: Faults::none(),
        stored: stored.clone(),
    };
    let running = playing.start().unwrap();
    tokio::time::sleep(ms(5)).await;
    assert_eq!((input.opened(), input.playing()), (1, 1));
    running.pause();
    running.resume();
    let report = running.wait().await;
    assert_balanced(&report);
    assert_eq!(
        (input.opened(), input.playing(), input.given(), stored.len()),
        (1, 0, 200, 200)
    );
}

#[tokio::test(start_paused = true)]
async fn a_pause_stops_the_sources_and_lets_what_is_in_flight_complete() {
    let (input, stored) = (Script::items(0..4).wait(ms(50)).repeat(), Recorder::new());
    let faults = Faults::none().slow(ms(20));
    let playing = Playing {
        input: input.clone(),
        faults,
        stored: stored.clone(),
    };
    let work = async |running: &Running<Playing>| {
        tokio::time::sleep(ms(1)).await;
        running.pause();
        tokio::time::sleep(Duration::from_mins(30)).await;
        assert_eq!((stored.items(), input.given()), (vec![0, 1, 2, 3], 4));
        assert!(matches!(
            running.health().stage("source"),
            Some(State::Paused)
        ));
        assert_balanced(&running.report());
        running.resume();
        stored.wait_for(8).await;
    };
    assert_clean(&run_with(playing, work, LONG).await);
}

#[tokio::test(start_paused = true)]
async fn a_clock_does_not_catch_up_after_a_pause() {
    let (count, stored) = (Arc::<AtomicU32>::default(), Recorder::new());
    let work = async |running: &Running<Ticking>| {
        tokio::time::sleep(ms(250)).await;
        assert_eq!(stored.items(), [0, 1, 2]);
        running.pause();
        tokio::time::sleep(Duration::from_mins(30)).await;
        assert_eq!(count.load(Relaxed), 3);
        running.resume();
        tokio::time::sleep(ms(250)).await;
        assert!(
            (2..=4).contains(&(stored.len() - 3)),
            "no burst: {}",
            stored.len()
        );
    };
    assert_clean(
        &run_with(
            Ticking {
                count: Arc::clone(&count),
                stored: stored.clone(),
            },
            work,
            LONG,
        )
        .await,
    );
}

#[tokio::test(start_paused = true)]
async fn a_send_waits_while_the_pipeline_is_paused() {
    let stored = Recorder::new();
    let work = async |running: &Running<Ingest>| {
        running.pause();
        let items = running.items.clone();
        assert!(tokio::time::timeout(LONG, items.send(1)).await.is_err());
        let sending = tokio::spawn(async move { items.send(2).await });
        tokio::time::sleep(ms(10)).await;
        assert!(!sending.is_finished() && stored.is_empty());
        running.resume();
        sending.await.unwrap().unwrap();
    };
    assert_clean(
        &run_with(
            Ingest {
                stored: stored.clone(),
            },
            work,
            LONG,
        )
        .await,
    );
    assert_eq!(stored.items(), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_paused_pipeline_drains() {
    let (input, stored) = (Script::items(0..4).wait(ms(50)).repeat(), Recorder::new());
    let playing = Playing {
        input: input.clone(),
        faults: Faults::none().slow(ms(20)),
        stored: stored.clone(),
    };
    let running = playing.start().unwrap();
    tokio::time::sleep(ms(1)).await;
    running.pause();
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!((stored.len() as u64, input.playing()), (input.given(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_send_that_waits_in_a_pause_is_refused_by_a_drain() {
    let running = Ingest {
        stored: Recorder::new(),
    }
    .start()
    .unwrap();
    running.pause();
    let items = running.items.clone();
    let sending = tokio::spawn(async move { items.send(2).await });
    tokio::time::sleep(ms(10)).await;
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_eq!(sending.await.unwrap(), Err(electrician::SendError(2)));
}

#[tokio::test(start_paused = true)]
async fn a_polled_generator_idles_fails_and_ends_as_it_says() {
    let stored = Recorder::new();
    let report = run_to_end(Working {
        count: Arc::default(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 1, 2, 4, 6, 7]);
    assert_eq!(stored.times(), [0, 0, 0, 500, 700, 700].map(ms));
    assert_eq!(stats(&report, "source").failed, 1);
    assert!(matches!(report.outcome, Outcome::Completed), "{report}");
}

#[tokio::test(start_paused = true)]
async fn take_ends_an_infinite_generator() {
    let stored = Recorder::new();
    let report = run_to_end(Endless {
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 1, 2, 3, 4]);
    assert!(stats(&report, "source").received < 1000);
    assert!(matches!(report.outcome, Outcome::Completed), "{report}");
}

#[tokio::test(start_paused = true)]
async fn what_a_generator_sent_before_its_error_is_delivered() {
    let stored = Recorder::new();
    let report = run_to_end(Pushing {
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), (0..200).collect::<Vec<_>>());
    assert_eq!(
        (
            stats(&report, "source").failed,
            stats(&report, "source").received
        ),
        (1, 201)
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_generator_sends_after_it_was_told_to_stop_is_delivered_and_its_error_is_none() {
    let stored = Recorder::slow(ms(100));
    let running = Stubborn {
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    stored.wait_for(2).await;
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    let items = stored.items();
    let (last, others) = items.split_last().unwrap();
    assert!(
        *last == 1000
            || items
                .iter()
                .copied()
                .eq(0..u32::try_from(items.len()).unwrap()),
        "{items:?}"
    );
    assert!(others.is_sorted());
}
