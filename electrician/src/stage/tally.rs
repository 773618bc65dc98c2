//! The counters of a stage: one cell a worker, written by that worker alone, summed when somebody looks.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use super::{Latency, LatencyCell};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// One worker's counters.
        ///
        /// A single writer loads and stores, which costs a fraction of a shared read-modify-write.
        #[derive(Debug, Default)]
        pub struct Tally {
            $(pub(crate) $name: Counter,)+
            /// When the worker last finished something, in milliseconds since the start.
            pub(crate) progress: Counter,
            /// How long the calls took.
            pub(crate) latency: LatencyCell,
        }

        /// What a stage has counted so far.
        ///
        /// Over the items that came in,
        /// `received = completed + filtered + failed + panicked + refused + dropped + in_flight`.
        #[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct StageStats {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl Tally {
            fn add_to(&self, stats: &mut StageStats) {
                $(stats.$name += self.$name.get();)+
            }
        }
    };
}

counters! {
    /// Items that came in.
    received,
    /// Items whose call succeeded, and gave something or is a sink's.
    completed,
    /// Items whose call succeeded and gave nothing.
    filtered,
    /// Items whose call failed for good.
    failed,
    /// Items whose call panicked.
    panicked,
    /// Items that the breaker refused.
    refused,
    /// Items that were still in hand when the stage was aborted.
    dropped,
    /// Items that the stage gave; one that goes to several branches counts once for each.
    emitted,
    /// Items given that the wiring discards with `-> _`, or that a panic in the wiring kept from their edges.
    discarded,
    /// Calls beyond the first of an item.
    retried,
    /// Outputs that failed by themselves.
    failed_outputs,
    /// Times that a worker's state was made anew after a panic.
    restarts,
}

/// A counter with a single writer.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, n: u64) {
        self.0.store(self.0.load(Relaxed) + n, Relaxed);
    }

    pub(crate) fn set(&self, n: u64) {
        self.0.store(n, Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Tally {
    /// Items that came in and did not go on to the output.
    pub(crate) fn strayed(&self) -> u64 {
        self.filtered.get() + self.failed.get() + self.panicked.get() + self.refused.get()
    }

    /// An output went to so many branches beyond the first.
    pub fn copied(&self, copies: u64) {
        self.emitted.add(copies);
    }

    /// So many copies of an output are on their way to their edges.
    pub fn leaving(&self, copies: u64) -> Leaving<'_> {
        Leaving {
            tally: self,
            copies,
        }
    }

    /// An output was discarded by the wiring.
    pub fn discarded(&self) {
        self.discarded.add(1);
    }
}

/// An output on its way to its edges, through code of the user's: what a panic keeps from getting there is discarded.
#[derive(Debug)]
pub struct Leaving<'a> {
    tally: &'a Tally,
    copies: u64,
}

impl Leaving<'_> {
    /// One copy is where it goes.
    pub fn left(&mut self) {
        self.copies -= 1;
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.copies > 0 {
            self.tally.discarded.add(self.copies);
        }
    }
}

impl StageStats {
    /// Items that came in and are not settled yet.
    pub fn in_flight(&self) -> u64 {
        self.received.saturating_sub(self.settled())
    }

    /// Items that came in and went one of the ways.
    pub fn settled(&self) -> u64 {
        self.completed + self.filtered + self.failed + self.panicked + self.refused + self.dropped
    }
}

/// The tallies of all the workers of a stage.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<Vec<Arc<Tally>>>);

impl Tallies {
    /// The cell of one more worker.
    pub(crate) fn cell(&self) -> Arc<Tally> {
        let tally = Arc::<Tally>::default();
        let mut all = self.all();
        all.reserve_exact(1);
        all.push(Arc::clone(&tally));
        drop(all);
        tally
    }

    pub(crate) fn stats(&self) -> StageStats {
        let mut stats = StageStats::default();
        for tally in self.all().iter() {
            tally.add_to(&mut stats);
        }
        stats
    }

    pub(crate) fn latency(&self) -> Latency {
        let mut latency = Latency::default();
        for tally in self.all().iter() {
            latency.merge(&tally.latency.latency());
        }
        latency
    }

    /// When any worker last finished something, in milliseconds since the start.
    pub(crate) fn progress(&self) -> u64 {
        self.all()
            .iter()
            .map(|tally| tally.progress.get())
            .max()
            .unwrap_or(0)
    }

    fn all(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Tally>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
