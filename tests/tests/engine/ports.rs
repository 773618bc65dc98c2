//! Inputs and outputs: what `send` promises, and that a stream gives all of it.

use std::{pin::pin, time::Duration};

use electrician::{
    Input, Output, SendError,
    prelude::*,
    test::{Faults, Recorder, assert_balanced, assert_clean, faulty, record, run_with},
};
use futures_util::StreamExt;

use super::support::{LONG, edge, ms};

#[handler]
fn pass(item: u32) -> u32 {
    item
}

pipeline! {
    Ingest(faults: Faults, stored: Recorder<u32>) {
        input   items: u32 { buffer: 4 };
        handler work  = faulty(faults);
        handler store = record(stored);
        items -> work with { buffer: 4 };
        work -> store;
    }

    Through() {
        input   items: u32;
        output  results: u32;
        handler work = pass;
        items -> work -> results;
    }
}

fn ingest(faults: Faults) -> (Running<Ingest>, Recorder<u32>) {
    let stored = Recorder::new();
    (
        Ingest {
            faults,
            stored: stored.clone(),
        }
        .start()
        .unwrap(),
        stored,
    )
}

#[tokio::test(start_paused = true)]
async fn a_send_after_the_end_gives_the_item_back() {
    let (running, stored) = ingest(Faults::none());
    let items = running.items.clone();
    items.send(1).await.unwrap();
    assert!(items.is_open());
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_eq!(
        (items.send(2).await, items.is_open(), stored.items()),
        (Err(SendError(2)), false, vec![1])
    );

    let (running, stored) = ingest(Faults::none());
    let items = running.items.clone();
    let report = running.stop().await;
    assert_balanced(&report);
    assert_eq!((items.send(3).await, stored.len()), (Err(SendError(3)), 0));

    let (running, _) = ingest(Faults::none());
    let items = running.items.clone();
    drop(running);
    assert_eq!(items.send(4).await, Err(SendError(4)));
    assert_eq!(
        SendError(4).to_string(),
        "the pipeline is not running, the item was not sent"
    );
}

/// Sends one item after the other until it is refused; gives back how many were accepted.
async fn send_on(items: Input<u32>, first: u32) -> u32 {
    for n in 0.. {
        if items.send(first + n).await.is_err() {
            return n;
        }
        tokio::task::yield_now().await;
    }
    unreachable!("the loop ends when the pipeline does")
}

/// `send` returned `Ok` while the pipeline was closing, and the item was never seen again.
#[tokio::test(start_paused = true)]
async fn a_send_that_races_with_a_drain_is_delivered_or_refused() {
    for round in 0..200 {
        let (running, stored) = ingest(Faults::none());
        let senders: Vec<_> = (0..3)
            .map(|n| tokio::spawn(send_on(running.items.clone(), n * 1000)))
            .collect();
        for _ in 0..round % 17 {
            tokio::task::yield_now().await;
        }
        let report = running.drain(LONG).await;
        assert_balanced(&report);
        assert_clean(&report);
        let mut accepted = 0;
        for sender in senders {
            accepted += sender.await.unwrap();
        }
        assert_eq!(stored.len(), accepted as usize, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_that_races_with_a_drain_on_two_threads_is_delivered_or_refused() {
    for round in 0..200 {
        let (running, stored) = ingest(Faults::none());
        let senders: Vec<_> = (0..2)
            .map(|n| tokio::spawn(send_on(running.items.clone(), n * 100_000)))
            .collect();
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }
        let report = running.drain(LONG).await;
        assert_balanced(&report);
        let mut accepted = 0;
        for sender in senders {
            accepted += sender.await.unwrap();
        }
        assert_eq!(stored.len(), accepted as usize, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_that_races_with_a_stop_is_counted_or_refused() {
    for round in 0..200 {
        let (running, stored) = ingest(Faults::none());
        let sender = tokio::spawn(send_on(running.items.clone(), 0));
        for _ in 0..round % 7 {
            tokio::task::yield_now().await;
        }
        let report = running.stop().await;
        let accepted = sender.await.unwrap();
        // a sender that waited for room may not have heard of the end yet: its item is still on offer
        report.balance().unwrap();
        let outside = edge(&report, "outside", "items").stats;
        assert_eq!(
            u64::from(accepted),
            outside.taken + outside.dropped,
            "round {round}\n{report}"
        );
        assert!(stored.len() as u64 <= outside.taken);
    }
}

#[tokio::test(start_paused = true)]
async fn a_send_that_waits_for_room_is_refused_by_a_drain() {
    let (running, stored) = ingest(Faults::none().slow(Duration::from_secs(1)));
    let sender = tokio::spawn(send_on(running.items.clone(), 0));
    tokio::time::sleep(ms(500)).await;
    assert!(!sender.is_finished());
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    let accepted = sender.await.unwrap();
    assert_eq!(stored.items(), (0..accepted).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_send_that_is_given_up_was_not_accepted() {
    let (running, stored) = ingest(Faults::none().slow(Duration::from_secs(1)));
    let mut accepted = 0;
    loop {
        match tokio::time::timeout(ms(1), running.items.send(accepted)).await {
            Ok(sent) => sent.unwrap(),
            Err(_) => break,
        }
        accepted += 1;
    }
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.items(), (0..accepted).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn an_input_is_fed_from_many_tasks() {
    let stored = Recorder::new();
    let pipeline = Ingest {
        faults: Faults::none(),
        stored: stored.clone(),
    };
    let work = async |running: &Running<Ingest>| {
        let tasks: Vec<_> = (0..10)
            .map(|n| {
                let items = running.items.clone();
                tokio::spawn(async move {
                    for at in 0..20 {
                        items.send(n * 100 + at).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    };
    assert_clean(&run_with(pipeline, work, LONG).await);
    for n in 0..10 {
        let own: Vec<_> = stored
            .items()
            .into_iter()
            .filter(|item| item / 100 == n)
            .collect();
        assert_eq!(
            own,
            (0..20).map(|at| n * 100 + at).collect::<Vec<_>>(),
            "the order of each task"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_output_gives_everything_and_ends_with_the_pipeline() {
    let running = Through::new().start().unwrap();
    let collected = tokio::spawn(running.results.clone().collect::<Vec<_>>());
    for item in 0..3000 {
        running.items.send(item).await.unwrap();
    }
    let report = running.drain(LONG).await;
    assert_eq!(collected.await.unwrap(), (0..3000).collect::<Vec<_>>());
    assert_clean(&report);
    assert!(report.stage("results").unwrap().stats.completed <= 3000);
    report.balance().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_output_that_nobody_reads_holds_the_pipeline_up() {
    let running = Through::new().start().unwrap();
    let mut sent = 0;
    while tokio::time::timeout(ms(1), running.items.send(sent))
        .await
        .is_ok()
    {
        sent += 1;
    }
    assert!((1024..10_000).contains(&sent), "{sent}");
    running.report().balance().unwrap();
    let results = running.results.clone();
    let report = running.stop().await;
    report.balance().unwrap();
    drop(results);
}

#[tokio::test(start_paused = true)]
async fn clones_of_an_output_share_its_items() {
    let running = Through::new().start().unwrap();
    let readers: Vec<_> = (0..3)
        .map(|_| tokio::spawn(running.results.clone().collect::<Vec<_>>()))
        .collect();
    for item in 0..300 {
        running.items.send(item).await.unwrap();
        tokio::task::yield_now().await;
    }
    let report = running.drain(LONG).await;
    let mut all = Vec::new();
    for reader in readers {
        all.extend(reader.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (0..300).collect::<Vec<_>>());
    report.balance().unwrap();
}

async fn first_of(mut results: Output<u32>) -> Option<u32> {
    results.next().await
}

/// The edge knows one reader: when that one had given up, the others waited for ever.
#[tokio::test(start_paused = true)]
async fn a_reader_is_woken_although_another_one_has_given_up() {
    let running = Through::new().start().unwrap();
    let patient = tokio::spawn(first_of(running.results.clone()));
    tokio::time::sleep(ms(1)).await;
    let hasty = tokio::time::timeout(ms(1), first_of(running.results.clone())).await;
    assert!(hasty.is_err());
    running.items.send(7).await.unwrap();
    let got = tokio::time::timeout(Duration::from_mins(1), patient).await;
    assert_eq!(got.expect("it is woken").unwrap(), Some(7));
    let report = running.drain(LONG).await;
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn an_output_is_read_to_its_end_after_the_drain() {
    let running = Through::new().start().unwrap();
    let results = running.results.clone();
    for item in 0..10 {
        running.items.send(item).await.unwrap();
    }
    let report = running.drain(LONG).await;
    report.balance().unwrap();
    let mut results = pin!(results);
    for item in 0..10 {
        assert_eq!(results.next().await, Some(item));
    }
    assert_eq!(results.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn an_output_ends_when_the_pipeline_is_dropped() {
    let running = Through::new().start().unwrap();
    let reader = tokio::spawn(running.results.clone().collect::<Vec<_>>());
    running.items.send(1).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    assert_balanced(&running.report());
    drop(running);
    assert_eq!(
        tokio::time::timeout(LONG, reader)
            .await
            .expect("it ends")
            .unwrap(),
        [1]
    );
}
