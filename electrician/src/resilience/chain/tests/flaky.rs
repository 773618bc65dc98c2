//! Calls that fail on plan.

use std::{
    future::{Future, ready},
    sync::atomic::{AtomicU32, Ordering::Relaxed},
};

/// Fails on the first calls.
#[derive(Default)]
pub(super) struct Flaky {
    calls: AtomicU32,
    fails: u32,
}

impl Flaky {
    pub(super) fn failing(fails: u32) -> Self {
        Self {
            fails,
            ..Self::default()
        }
    }

    pub(super) fn calls(&self) -> u32 {
        self.calls.load(Relaxed)
    }

    /// Fails while it is to, then gives the number of the call.
    pub(super) fn call(&self) -> impl Future<Output = Result<u32, String>> + Send + use<> {
        let call = self.calls.fetch_add(1, Relaxed) + 1;
        ready(if call <= self.fails {
            Err(format!("failure {call}"))
        } else {
            Ok(call)
        })
    }
}
