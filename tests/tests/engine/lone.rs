//! A stage that is alone in its island, with and without workers: plain, waiting, of many outputs; in each way of going over
//! its items, each of them is called, called again, in its place, failed or lost as its options say.

use std::{collections::BTreeSet, sync::Mutex};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{Recorder, Script, assert_clean, record, run_to_end, scripted},
};

use super::support::{Broken, delay, keep, stats};

/// The items that were tried.
type Tried = Mutex<BTreeSet<u32>>;

const ITEMS: u32 = 100;

/// Items that end with a 3 fail at their first call, those with a 4 at each; those with a 5 panic.
fn answer(item: u32, tried: &Tried) -> Result<u32, Broken> {
    let is_first = tried.lock().expect("nobody panics with it").insert(item);
    match item % 10 {
        3 if is_first => Err(Broken(item)),
        4 => Err(Broken(item)),
        5 => panic!("{item}"),
        _ => Ok(item),
    }
}

#[handler]
fn plain(item: &u32, tried: &Tried) -> Result<u32, Broken> {
    answer(*item, tried)
}

#[handler]
async fn waits(item: &u32, tried: &Tried) -> Result<u32, Broken> {
    tokio::time::sleep(delay(*item)).await;
    answer(*item, tried)
}

#[handler]
async fn many(item: &u32, tried: &Tried) -> Result<impl Iterator<Item = u32>, Broken> {
    tokio::time::sleep(delay(*item)).await;
    let item = answer(*item, tried)?;
    Ok([item, item].into_iter())
}

/// What a run gave.
#[derive(Debug, PartialEq)]
struct Gave {
    outputs: Vec<u32>,
    failures: Vec<u32>,
}

impl Gave {
    /// The same in an order of its own, where there is none.
    fn sorted(mut self) -> Self {
        self.outputs.sort_unstable();
        self.failures.sort_unstable();
        self
    }
}

/// What it should give, of a stage that gives each output so many times.
fn expected(times: usize, is_retried: bool, instead: Option<u32>) -> Gave {
    let mut gave = Gave {
        outputs: Vec::new(),
        failures: Vec::new(),
    };
    for item in 0..ITEMS {
        let fails = item % 10 == 4 || item % 10 == 3 && !is_retried;
        match (item % 10, instead) {
            (5, _) => gave.failures.push(item),
            (_, None) if fails => gave.failures.push(item),
            (_, Some(instead)) if fails => gave.outputs.push(item + instead),
            _ => gave.outputs.extend(vec![item; times]),
        }
    }
    gave
}

async fn gave<P: Pipeline>(
    pipeline: P,
    (stored, rejected): (Recorder<u32>, Recorder<Failure<u32, Broken>>),
) -> Gave {
    let report = run_to_end(pipeline).await;
    assert_clean(&report);
    let outputs = stored.items();
    let failures: Vec<_> = (rejected.items().iter())
        .map(|failure| failure.item)
        .collect();
    let work = stats(&report, "work");
    assert_eq!(work.received, u64::from(ITEMS));
    assert_eq!(work.emitted, outputs.len() as u64, "{report}");
    assert_eq!(work.panicked, u64::from(ITEMS) / 10, "{report}");
    assert_eq!(
        work.panicked + work.failed,
        failures.len() as u64,
        "{report}"
    );
    Gave { outputs, failures }
}

/// A run of a stage with these options, and what it gives.
macro_rules! lone {
    ($($name:ident: $handler:ident { $($options:tt)* } => $times:literal, $retried:literal, $instead:expr, $ordered:literal;)*) => { $(
        mod $name {
            use super::*;

            pipeline! {
                Lone(input: Script<u32>, tried: Tried, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
                    generator source = scripted(input);
                    handler   work   = $handler(tried) { buffer: 8, $($options)* };
                    handler   store  = record(stored) { buffer: 8 };
                    handler   left   = keep(rejected) { buffer: 8 };
                    source -> work -> store;
                    work.error -> left;
                }
            }

            #[tokio::test(start_paused = true)]
            async fn gives_what_its_options_say() {
                let kept = (Recorder::new(), Recorder::new());
                let lone = Lone {
                    input: Script::items(0..ITEMS),
                    tried: Tried::default(),
                    stored: kept.0.clone(),
                    rejected: kept.1.clone(),
                };
                let (gave, expected) = (gave(lone, kept).await, expected($times, $retried, $instead));
                if $ordered {
                    assert_eq!(gave, expected);
                } else {
                    assert_eq!(gave.sorted(), expected.sorted());
                }
            }
        }
    )* };
}

lone! {
    plain_alone: plain {} => 1, false, None, true;
    plain_retried: plain { retry: { attempts: 2, idempotent } } => 1, true, None, true;
    plain_workers: plain { workers: 3 } => 1, false, None, false;
    plain_in_order: plain { workers: 3, ordered } => 1, false, None, true;
    plain_workers_retried: plain { workers: 3, retry: { attempts: 2, idempotent } } => 1, true, None, false;
    plain_workers_with_a_fallback: plain { workers: 3, fallback: |item| item + 1000 } => 1, false, Some(1000), false;

    waiting_alone: waits {} => 1, false, None, true;
    waiting_retried: waits { retry: { attempts: 2, idempotent } } => 1, true, None, true;
    waiting_workers: waits { workers: 3 } => 1, false, None, false;
    waiting_in_order: waits { workers: 3, ordered } => 1, false, None, true;
    waiting_in_order_retried: waits { workers: 3, ordered, retry: { attempts: 2, idempotent } } => 1, true, None, true;
    waiting_in_order_with_a_fallback: waits { workers: 3, ordered, fallback: |item| item + 1000 } => 1, false, Some(1000), true;

    many_alone: many {} => 2, false, None, true;
    many_retried: many { retry: { attempts: 2, idempotent } } => 2, true, None, true;
    many_workers: many { workers: 3 } => 2, false, None, false;
    many_in_order: many { workers: 3, ordered } => 2, false, None, true;
    many_workers_retried: many { workers: 3, retry: { attempts: 2, idempotent } } => 2, true, None, false;
    many_in_order_retried: many { workers: 3, ordered, retry: { attempts: 2, idempotent } } => 2, true, None, true;
    many_workers_with_a_fallback: many { workers: 3, fallback: |item| item + 1000 } => 2, false, Some(1000), false;
    many_in_order_with_a_fallback: many { workers: 3, ordered, fallback: |item| item + 1000 } => 2, false, Some(1000), true;
}
