//! The breaker in one number: comes in what a call has to know, goes out without a lock.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use tokio::time::Instant;

/// What a call has to know of a breaker before it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// Every call goes, in this generation.
    Wide(u64),
    /// No call goes before this moment.
    Shut(Instant),
    /// The state has to be asked.
    Ask,
}

/// A [`Gate`] that is written under the state's lock and read without it. It stands alone on its cache
/// lines: whoever holds the lock disturbs nobody who reads it.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct GateCell {
    packed: AtomicU64,
    origin: Instant,
}

/// The bit of a moment, which is kept as nanoseconds since the origin: they last for 292 years.
const SHUT: u64 = 1 << 63;
const ASK: u64 = u64::MAX;

impl GateCell {
    pub(super) fn new(gate: Gate, origin: Instant) -> Self {
        let packed = AtomicU64::new(pack(gate, origin));
        Self { packed, origin }
    }

    #[inline]
    pub(super) fn get(&self) -> Gate {
        match self.packed.load(Relaxed) {
            ASK => Gate::Ask,
            generation if generation & SHUT == 0 => Gate::Wide(generation),
            until => Gate::Shut(self.origin + Duration::from_nanos(until & !SHUT)),
        }
    }

    /// The generation, while every call goes.
    #[inline]
    pub(super) fn wide(&self) -> Option<u64> {
        let packed = self.packed.load(Relaxed);
        (packed & SHUT == 0).then_some(packed)
    }

    /// Whether every call goes, and belongs to `generation`.
    #[inline]
    pub(super) fn is_wide(&self, generation: u64) -> bool {
        self.packed.load(Relaxed) == generation & !SHUT
    }

    pub(super) fn set(&self, gate: Gate) {
        self.packed.store(pack(gate, self.origin), Relaxed);
    }
}

fn pack(gate: Gate, origin: Instant) -> u64 {
    match gate {
        Gate::Wide(generation) => generation & !SHUT,
        Gate::Shut(until) => {
            let nanos = until.saturating_duration_since(origin).as_nanos();
            SHUT | u64::try_from(nanos).map_or(!SHUT - 1, |nanos| nanos.min(!SHUT - 1))
        }
        Gate::Ask => ASK,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_read_as_it_was_written() {
        let origin = Instant::now();
        let years = Duration::from_hours(24 * 365 * 31);
        let cell = GateCell::new(Gate::Ask, origin);
        assert_eq!(cell.get(), Gate::Ask);
        for gate in [
            Gate::Wide(0),
            Gate::Wide(u64::MAX >> 1),
            Gate::Shut(origin),
            Gate::Shut(origin + years),
            Gate::Ask,
        ] {
            cell.set(gate);
            assert_eq!(cell.get(), gate);
        }
    }
}
