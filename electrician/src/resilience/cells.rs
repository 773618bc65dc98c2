//! Counters with a single writer each: comes in what each worker counted, goes out the sum.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

/// One worker's counter, alone on its cache lines. Only the worker that holds it writes.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Counter(AtomicU64);

/// All the counters of one thing. A counter that is given back goes on with the next worker.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    all: Vec<Arc<Counter>>,
    free: Vec<Arc<Counter>>,
}

impl Counter {
    /// Counts one more, without a read-modify-write.
    #[inline]
    pub(crate) fn count(&self) {
        self.0.store(self.0.load(Relaxed) + 1, Relaxed);
    }
}

impl Counters {
    pub(crate) fn take(&mut self) -> Arc<Counter> {
        self.free.pop().unwrap_or_else(|| {
            let counter = Arc::<Counter>::default();
            self.all.push(Arc::clone(&counter));
            counter
        })
    }

    pub(crate) fn give_back(&mut self, counter: Arc<Counter>) {
        self.free.push(counter);
    }

    pub(crate) fn total(&self) -> u64 {
        self.all.iter().map(|counter| counter.0.load(Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_that_come_and_go_share_the_counters() {
        let mut counters = Counters::default();
        for _ in 0..100 {
            let counter = counters.take();
            counter.count();
            counters.give_back(counter);
        }
        assert_eq!((counters.total(), counters.all.len()), (100, 1));
    }
}
