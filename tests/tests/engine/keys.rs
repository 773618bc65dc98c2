//! Workers by key: the items of a key stay in order and on one slot, and different keys are worked on at once.

use std::{collections::HashMap, time::Duration};

use electrician::{
    prelude::*,
    test::{Recorder, Script, assert_clean, record, run_to_end, scripted},
};

use super::support::delay;

#[derive(Debug, Clone, Copy)]
struct Letter {
    key: u32,
    number: u32,
}

/// What a slot made of a letter: how many of the same key it has seen.
type Seen = (u32, u32, u32);

#[handler]
async fn count(letter: Letter, seen: &mut HashMap<u32, u32>) -> Seen {
    tokio::time::sleep(delay(letter.number * 31 + letter.key)).await;
    let times = seen.entry(letter.key).or_default();
    *times += 1;
    (letter.key, letter.number, *times)
}

pipeline! {
    Keyed(input: Script<Letter>, stored: Recorder<Seen>) {
        generator source = scripted(input);
        handler   work   = count(HashMap::<u32, u32>::new()) { workers: 8, key: |letter| letter.key };
        handler   store  = record(stored);
        source -> work -> store;
    }
}

fn letters(keys: u32, each: u32) -> Script<Letter> {
    Script::items(
        (0..each).flat_map(move |number| (0..keys).map(move |key| Letter { key, number })),
    )
}

fn assert_in_order_by_key(seen: &[Seen], keys: u32, each: u32) {
    for key in 0..keys {
        let of_key: Vec<_> = seen.iter().filter(|(of, ..)| *of == key).collect();
        let numbers: Vec<_> = of_key.iter().map(|(_, number, _)| *number).collect();
        assert_eq!(
            numbers,
            (0..each).collect::<Vec<_>>(),
            "key {key} is in order"
        );
        let times: Vec<_> = of_key.iter().map(|(.., times)| *times).collect();
        assert_eq!(
            times,
            (1..=each).collect::<Vec<_>>(),
            "key {key} stays on one slot, whose state sees all of it"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_stays_in_order_and_on_one_slot() {
    let stored = Recorder::new();
    let report = run_to_end(Keyed {
        input: letters(20, 30),
        stored: stored.clone(),
    })
    .await;
    assert_in_order_by_key(&stored.items(), 20, 30);
    assert_clean(&report);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_stays_in_order_and_on_one_slot_on_two_threads() {
    let stored = Recorder::new();
    let report = run_to_end(Keyed {
        input: letters(16, 12),
        stored: stored.clone(),
    })
    .await;
    assert_in_order_by_key(&stored.items(), 16, 12);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn different_keys_are_worked_on_at_once() {
    let stored = Recorder::new();
    run_to_end(Keyed {
        input: letters(64, 1),
        stored: stored.clone(),
    })
    .await;
    let alone: Duration = (0..64).map(delay).sum();
    assert!(
        *stored.times().last().unwrap() < alone / 2,
        "{:?} of {alone:?}",
        stored.times().last()
    );
}
