//! Layers that write down what is asked of them, and calls that fail on plan.

use super::*;
use std::{
    future::Future,
    sync::{Arc, Mutex},
};

/// A layer that admits so many, and writes down its name and what it was told.
#[derive(Clone)]
pub(super) struct Recorded {
    layer: Layer,
    free: Arc<Mutex<i32>>,
    log: Log,
}

/// What has happened, in order.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

/// Fails on the first calls.
#[derive(Clone, Default)]
pub(super) struct Flaky {
    log: Log,
    calls: Arc<Mutex<u32>>,
    fails: u32,
}

impl Log {
    pub(super) fn note(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Recorded {
    pub(super) fn new(layer: Layer, free: i32, log: &Log) -> Self {
        Self {
            layer,
            free: Arc::new(Mutex::new(free)),
            log: log.clone(),
        }
    }

    pub(super) fn free(&self) -> i32 {
        *self.free.lock().unwrap()
    }

    fn say(&self, what: &str) {
        self.log.note(format!("{:?} {what}", self.layer));
    }
}

impl Admit for Recorded {
    async fn admit(&mut self, _: Option<Instant>) -> Result<(), Refusal> {
        let mut free = self.free.lock().unwrap();
        if *free == 0 {
            self.say("refuses");
            return Err(Refusal::new(self.layer, None));
        }
        *free -= 1;
        self.say("admits");
        Ok(())
    }

    fn give_back(&mut self) {
        *self.free.lock().unwrap() += 1;
        self.say("has it back");
    }

    fn release(&mut self, verdict: Verdict) {
        if self.layer == Layer::Bulkhead {
            *self.free.lock().unwrap() += 1;
        }
        self.say(&format!("is released: {verdict:?}"));
    }
}

impl Flaky {
    pub(super) fn failing(fails: u32, log: &Log) -> Self {
        Self {
            log: log.clone(),
            fails,
            ..Self::default()
        }
    }

    pub(super) fn calls(&self) -> u32 {
        *self.calls.lock().unwrap()
    }

    /// Fails while it is to, then gives the number of the call.
    pub(super) fn call(&self) -> impl Future<Output = Result<u32, String>> + Send + use<> {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        self.log.note(format!("call {calls}"));
        let (call, fails) = (*calls, self.fails);
        async move {
            if call <= fails {
                return Err(format!("failure {call}"));
            }
            Ok(call)
        }
    }
}
