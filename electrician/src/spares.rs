//! What calls have left comes in, a guard or a head of an edge; goes out one for the next call, which no other thread is asked for.

use std::{
    fmt,
    num::NonZeroUsize,
    ops::{Deref, DerefMut},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread::available_parallelism,
};

/// So many guards are kept for each thread; what more calls at once need is made, and dropped.
const KEPT: usize = 4;

/// Guards that no call uses, with what each has taken of that which all of them share.
///
/// A guard that is left by one call serves the next one on the same thread: nothing is asked for anew, and no other thread
/// waits. There are as many shelves as the computer has threads, with room for four guards on each.
pub struct Spares<G> {
    shelves: OnceLock<Box<[Shelf<G>]>>,
}

/// One thread's, most often: on cache lines of its own. Boxed, because moving a chain from hand to hand costs as much as a call.
#[repr(align(128))]
struct Shelf<G>(Mutex<Vec<Box<G>>>);

/// A guard for one call. It is left behind when this is dropped.
pub struct Lent<'s, G> {
    spares: &'s Spares<G>,
    guard: Option<Box<G>>,
}

impl<G> Spares<G> {
    pub(crate) const fn new() -> Self {
        Self {
            shelves: OnceLock::new(),
        }
    }

    fn shelf(&self) -> &Mutex<Vec<Box<G>>> {
        let shelves = self.shelves.get_or_init(|| {
            let threads = available_parallelism().map_or(1, NonZeroUsize::get);
            let empty = || Shelf(Mutex::new(Vec::with_capacity(KEPT)));
            (0..threads).map(|_| empty()).collect()
        });
        &shelves[PLACE.with(|place| *place) % shelves.len()].0
    }

    /// One that was left, if there is one that can be had without a wait.
    fn left(&self) -> Option<Box<G>> {
        self.shelf().try_lock().ok()?.pop()
    }

    /// Leaves it for the next call, unless there is no room. What has no room is dropped after the lock.
    fn leave(&self, guard: Box<G>) -> Option<Box<G>> {
        match self.shelf().try_lock() {
            Ok(mut kept) if kept.len() < KEPT => {
                kept.push(guard);
                None
            }
            _ => Some(guard),
        }
    }
}

impl<G> Spares<G> {
    /// One that was left by a call before, or else a new one.
    pub(crate) fn lend_or(&self, make: impl FnOnce() -> G) -> Lent<'_, G> {
        let guard = self.left().unwrap_or_else(|| Box::new(make()));
        Lent {
            spares: self,
            guard: Some(guard),
        }
    }
}

impl<G: Clone> Spares<G> {
    /// One that was left by a call before, or else a clone of this one.
    pub fn lend(&self, guard: &G) -> Lent<'_, G> {
        self.lend_or(|| guard.clone())
    }
}

thread_local! {
    /// The number of this thread, among those that have called anything.
    static PLACE: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Relaxed)
    };
}

const LENT: &str = "it is left behind at the end";

impl<G> Deref for Lent<'_, G> {
    type Target = G;

    fn deref(&self) -> &G {
        self.guard.as_deref().expect(LENT)
    }
}

impl<G> DerefMut for Lent<'_, G> {
    fn deref_mut(&mut self) -> &mut G {
        self.guard.as_deref_mut().expect(LENT)
    }
}

impl<G> Drop for Lent<'_, G> {
    fn drop(&mut self) {
        let guard = self.guard.take();
        drop(guard.and_then(|guard| self.spares.leave(guard)));
    }
}

impl<G> Clone for Spares<G> {
    /// Nothing is left there yet.
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<G> fmt::Debug for Spares<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spares").finish_non_exhaustive()
    }
}

impl<G: fmt::Debug> fmt::Debug for Lent<'_, G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lent").field(&self.guard).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts how often it was cloned.
    #[derive(Default)]
    struct Counted(std::sync::Arc<AtomicUsize>);

    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.fetch_add(1, Relaxed);
            Self(self.0.clone())
        }
    }

    #[test]
    fn calls_that_follow_one_another_have_one_guard() {
        let (spares, guard) = (Spares::new(), Counted::default());
        for _ in 0..100 {
            drop(spares.lend(&guard));
        }
        assert_eq!(guard.0.load(Relaxed), 1);
    }

    #[test]
    fn calls_at_once_have_a_guard_each_and_few_are_kept() {
        let (spares, guard) = (Spares::new(), Counted::default());
        let lent: Vec<_> = (0..100).map(|_| spares.lend(&guard)).collect();
        assert_eq!(guard.0.load(Relaxed), 100);
        drop(lent);
        let again: Vec<_> = (0..100).map(|_| spares.lend(&guard)).collect();
        assert_eq!(guard.0.load(Relaxed), 200 - KEPT);
        drop(again);
    }

    #[test]
    fn who_finds_a_shelf_locked_waits_for_nobody() {
        let (spares, guard) = (Spares::new(), Counted::default());
        drop(spares.lend(&guard));
        let locked = spares.shelf().lock().unwrap();
        drop(spares.lend(&guard));
        drop(locked);
        assert_eq!(guard.0.load(Relaxed), 2);
    }
}
