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

/// The bit of a moment, which is kept as nanoseconds since the origin: they last for 146 years.
const SHUT: u64 = 1 << 63;
/// The bit of a moment that somebody watches: while it is set, the moment has not come.
const WATCHED: u64 = 1 << 62;
const ASK: u64 = !WATCHED;
/// The last moment.
const LAST: u64 = WATCHED - 2;

/// A moment that is watched, of one opening.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched(u64);

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
            until => Gate::Shut(self.moment(until)),
        }
    }

    /// Until when no call goes, while that moment is watched: no clock is needed to know that it has not come.
    #[inline]
    pub(super) fn watched(&self) -> Option<Instant> {
        let packed = self.packed.load(Relaxed);
        (packed & (SHUT | WATCHED) == SHUT | WATCHED).then(|| self.moment(packed))
    }

    /// From here on the moment is watched, if no call goes before it and nobody watches it yet.
    pub(super) fn watch(&self, until: Instant) -> Option<Watched> {
        let shut = pack(Gate::Shut(until), self.origin);
        let watched = shut | WATCHED;
        let exchanged = self
            .packed
            .compare_exchange(shut, watched, Relaxed, Relaxed);
        exchanged.is_ok().then_some(Watched(watched))
    }

    /// The clock is to be read from here on, unless the gate has changed meanwhile.
    pub(super) fn unwatch(&self, Watched(watched): Watched) {
        let shut = watched & !WATCHED;
        let _ = self
            .packed
            .compare_exchange(watched, shut, Relaxed, Relaxed);
    }

    #[inline]
    fn moment(&self, packed: u64) -> Instant {
        self.origin + Duration::from_nanos(packed & !(SHUT | WATCHED))
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

    /// One that is watched stays so while it is the same. Says whether it is watched.
    pub(super) fn set(&self, gate: Gate) -> bool {
        let packed = pack(gate, self.origin);
        let stays = packed & SHUT != 0 && self.packed.load(Relaxed) == packed | WATCHED;
        if !stays {
            self.packed.store(packed, Relaxed);
        }
        stays
    }
}

fn pack(gate: Gate, origin: Instant) -> u64 {
    match gate {
        Gate::Wide(generation) => generation & !SHUT,
        Gate::Shut(until) => {
            let nanos = until.saturating_duration_since(origin).as_nanos();
            SHUT | u64::try_from(nanos).map_or(LAST, |nanos| nanos.min(LAST))
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
            assert!(!cell.set(gate));
            assert_eq!((cell.get(), cell.watched()), (gate, None));
        }
    }

    #[test]
    fn a_moment_is_watched_until_another_gate_is_set() {
        let origin = Instant::now();
        let [soon, late] = [1, 2].map(|hours| origin + Duration::from_hours(hours));
        let cell = GateCell::new(Gate::Shut(soon), origin);
        assert!(cell.watch(late).is_none(), "it is another moment");
        let watched = cell.watch(soon).expect("nobody watches it");
        assert!(cell.watch(soon).is_none(), "once is enough");
        assert_eq!((cell.get(), cell.watched()), (Gate::Shut(soon), Some(soon)));
        assert!(cell.set(Gate::Shut(soon)), "nothing has changed");
        assert_eq!(cell.watched(), Some(soon));

        assert!(!cell.set(Gate::Shut(late)));
        let later = cell.watch(late).expect("nobody watches it");
        cell.unwatch(watched);
        assert_eq!(cell.watched(), Some(late), "the first one is of the past");
        cell.unwatch(later);
        assert_eq!((cell.get(), cell.watched()), (Gate::Shut(late), None));
    }
}
