//! Panics of the wiring: in a guard, a clone or a key. They belong to no call, and fail the pipeline.

use electrician::{
    ErrorKind,
    prelude::*,
    test::{Recorder, Script, record, run_to_end, scripted},
};

#[handler]
fn same(item: u32) -> u32 {
    item
}

fn refuses_seven(item: u32) -> u32 {
    assert_ne!(item, 7, "the wiring panics at seven");
    item
}

#[derive(Debug)]
struct Brittle(u32);

impl Clone for Brittle {
    fn clone(&self) -> Self {
        Self(refuses_seven(self.0))
    }
}

#[handler]
fn wrapped(item: u32) -> Brittle {
    Brittle(item)
}

#[handler]
fn unwrapped(_item: Brittle) {}

pipeline! {
    PlainGuard(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   same;
        handler   store  = record(stored);
        source -> same -> match { item if refuses_seven(item) > 0 => item -> store, _ => _ };
    }

    PlainClone(input: Script<u32>) {
        generator source = scripted(input);
        handler   wrapped;
        handler   left   = unwrapped;
        handler   right  = unwrapped;
        source -> wrapped -> [left, right];
    }

    PlainKey(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   same;
        handler   store  = record(stored) { workers: 2, key: |item| refuses_seven(*item) };
        source -> same -> store;
    }
}

/// A pass over plain handlers caught a panic of the wiring with those of the handlers. No stage claimed it, and the item was
/// gone without a word.
#[tokio::test(start_paused = true)]
async fn a_panic_of_the_wiring_behind_plain_handlers_is_never_swallowed() {
    let input = || Script::items(0..20);
    let reports = [
        run_to_end(PlainGuard::new(input(), Recorder::new())).await,
        run_to_end(PlainClone::new(input())).await,
        run_to_end(PlainKey::new(input(), Recorder::new())).await,
    ];
    for report in reports {
        let failure = report.failure().expect("the pipeline fails");
        assert_eq!(failure.kind(), ErrorKind::Died, "{report}");
        assert!(
            report.stages.iter().any(|stage| stage.stats.discarded > 0),
            "{report}"
        );
    }
}
