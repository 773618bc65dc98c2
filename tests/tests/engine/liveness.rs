//! Liveness: what is made reaches the end of its way while something else waits.

use std::time::Duration;

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    resilience::retry::{Backoff, Jitter},
    test::{Recorder, Script, assert_clean, record, run_with, scripted},
};
use futures_util::stream::{self, Stream, StreamExt};

use super::support::{Broken, LONG, keep, stats};

/// What a test waits for, in vain, before it looks.
const MINUTE: Duration = Duration::from_mins(1);

/// The item at which something waits for half an hour.
const STUCK: u32 = 5;

async fn hold_up(item: u32) {
    if item == STUCK {
        tokio::time::sleep(30 * MINUTE).await;
    }
}

#[handler]
async fn hesitate(item: u32) -> u32 {
    hold_up(item).await;
    item
}

#[handler]
async fn refuse(item: &u32) -> Result<u32, Broken> {
    hold_up(*item).await;
    Err(Broken(*item))
}

/// Fails once at the item that is stuck.
#[handler]
fn fail_once(item: &u32, failed: &mut bool) -> Result<u32, Broken> {
    if *item == STUCK && !std::mem::replace(failed, true) {
        return Err(Broken(*item));
    }
    Ok(*item)
}

#[handler]
async fn try_hesitate(item: &u32) -> Result<u32, Broken> {
    hold_up(*item).await;
    Ok(*item)
}

/// Gives the items up to the one it took, and waits between two of them.
#[handler]
fn count_up(item: u32) -> impl Stream<Item = u32> {
    stream::iter(0..item).then(async |n| {
        hold_up(n).await;
        n
    })
}

pipeline! {
    /// All handlers are plain, and the source waits.
    Plain(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   same   = |item: u32| item;
        handler   store  = record(stored);
        source -> same -> store with { buffer: 512 };
    }

    /// The same, with a call that may be made again.
    General(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = fail_once(true) { retry: { attempts: 2, idempotent }, on_error: skip };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    Awaiting(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = hesitate;
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    /// The items that were made are two stages behind the one that waits.
    AwaitingBehind(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = hesitate;
        handler   store  = record(stored);
        source -> work -> filter(|item| *item < 1000) -> map(|item| item) -> store with { buffer: 512 };
    }

    /// Nothing but calls, in one island.
    Fused(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = hesitate;
        handler   store  = record(stored);
        source -> work -> store;
    }

    Retrying(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = fail_once(false) {
            retry: { attempts: 3, backoff: Backoff::constant(30min).jitter(Jitter::None), idempotent },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    TimingOut(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = try_hesitate { timeout: 1h, on_error: skip };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    /// The item that waits does so for the breaker.
    Breaking(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = fail_once(false) {
            breaker: { consecutive: 1, cooldown: 30min, when_open: wait },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    Pouring(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = count_up;
        handler   store  = record(stored);
        source -> work -> store with { buffer: 512 };
    }

    Refusing(input: Script<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   work    = refuse;
        handler   rejects = keep(rejected);
        source -> work -> _;
        work.error -> rejects;
    }

    /// One branch is full.
    Parting(input: Script<u32>, near: Recorder<u32>, far: Recorder<u32>) {
        generator source = scripted(input);
        handler   near   = record(near);
        handler   far    = record(far) { buffer: 1 };
        source -> [near, far];
    }
}

/// Items before the one that is stuck are at the end of their way while it is.
async fn passes_what_was_made<P: Pipeline>(make: impl FnOnce(Script<u32>, Recorder<u32>) -> P) {
    passes(Script::items(0..10), make).await;
}

async fn passes<P: Pipeline>(
    input: Script<u32>,
    make: impl FnOnce(Script<u32>, Recorder<u32>) -> P,
) -> Report {
    let stored = Recorder::new();
    let work = async |_: &Running<P>| {
        tokio::time::sleep(MINUTE).await;
        let before: Vec<_> = (0..STUCK).collect();
        assert_eq!(
            stored.items(),
            before,
            "{} holds back what it made",
            P::NAME
        );
        tokio::time::sleep(40 * MINUTE).await;
    };
    let report = run_with(make(input, stored.clone()), work, LONG).await;
    assert_clean(&report);
    report
}

#[tokio::test(start_paused = true)]
async fn what_was_made_passes_while_the_source_waits() {
    let input = Script::items(0..STUCK).wait(30 * MINUTE).item(STUCK);
    passes(input.clone(), Plain::new).await;
    passes(input, General::new).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_passes_while_a_handler_waits() {
    passes_what_was_made(Awaiting::new).await;
    passes_what_was_made(AwaitingBehind::new).await;
    passes_what_was_made(Fused::new).await;
    passes_what_was_made(TimingOut::new).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_passes_while_a_retry_backs_off() {
    passes_what_was_made(Retrying::new).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_made_passes_while_a_breaker_is_open() {
    passes_what_was_made(Breaking::new).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_call_gave_passes_while_it_gives_no_more() {
    let report = passes(Script::items([10]), Pouring::new).await;
    assert_eq!(stats(&report, "store").completed, 10);
}

#[tokio::test(start_paused = true)]
async fn what_failed_passes_while_a_handler_waits() {
    let rejected = Recorder::new();
    let work = async |_: &Running<Refusing>| {
        tokio::time::sleep(MINUTE).await;
        assert_eq!(rejected.len(), 5, "the failures are held back");
    };
    let refusing = Refusing {
        input: Script::items(0..10),
        rejected: rejected.clone(),
    };
    let report = run_with(refusing, work, 6 * LONG).await;
    assert_clean(&report);
    assert_eq!(rejected.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_full_branch_holds_back_nothing_that_the_other_has_room_for() {
    let (near, far) = (Recorder::new(), Recorder::slow(MINUTE));
    let work = async |running: &Running<Parting>| {
        tokio::time::sleep(MINUTE / 2).await;
        let made = stats(&running.report(), "source").emitted / 2;
        assert!((1..10).contains(&made), "the other branch is full: {made}");
        assert_eq!(near.len() as u64, made, "it waits for the full branch");
        far.wait_for(10).await;
    };
    let parting = Parting {
        input: Script::items(0..10),
        near: near.clone(),
        far: far.clone(),
    };
    assert_clean(&run_with(parting, work, LONG).await);
    assert_eq!((near.len(), far.len()), (10, 10));
}
