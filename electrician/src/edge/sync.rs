//! The locks and atomics of an edge: those of `std`, or those of a checker.
//!
//! - A test build with `--cfg electrician_model` gets loom's, and walks through the interleavings of several threads
//!   instead of hoping for them. The shared ownership by `Arc` is not modelled.
//! - One with `--cfg electrician_sanitize` gets a mutex that the thread sanitizer can see through.

#[cfg(not(all(test, any(electrician_model, electrician_sanitize))))]
pub(super) use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

#[cfg(all(test, electrician_model))]
pub(super) use self::model::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering};
#[cfg(all(test, electrician_sanitize))]
pub(super) use self::sanitize::{AtomicBool, AtomicUsize, Mutex, MutexGuard, Ordering};

#[cfg(all(test, electrician_model))]
mod model {
    pub(in crate::edge) use loom::sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    };

    /// A counter whose loads see the latest value.
    ///
    /// All its accesses are `SeqCst`, which loom weakens to acquire and release: a plain load could then miss what
    /// it must see. One that adds nothing cannot, and stands for it exactly.
    #[derive(Debug, Default)]
    pub(in crate::edge) struct AtomicUsize(loom::sync::atomic::AtomicUsize);

    impl AtomicUsize {
        pub(in crate::edge) fn load(&self, order: Ordering) -> usize {
            assert_eq!(order, Ordering::SeqCst);
            self.0.fetch_add(0, order)
        }

        pub(in crate::edge) fn fetch_add(&self, value: usize, order: Ordering) -> usize {
            self.0.fetch_add(value, order)
        }

        pub(in crate::edge) fn fetch_sub(&self, value: usize, order: Ordering) -> usize {
            self.0.fetch_sub(value, order)
        }
    }
}

#[cfg(all(test, electrician_sanitize))]
mod sanitize {
    use std::sync::{LockResult, TryLockError};
    pub(in crate::edge) use std::sync::{
        MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    };

    /// Locks by trying.
    ///
    /// Waiting for a lock happens in `std`, which comes without the sanitizer: it would not see that one holder
    /// follows another, and report all that they do as races.
    #[derive(Debug, Default)]
    pub(in crate::edge) struct Mutex<T>(std::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(in crate::edge) fn new(value: T) -> Self {
            Self(std::sync::Mutex::new(value))
        }

        pub(in crate::edge) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
            loop {
                match self.0.try_lock() {
                    Ok(guard) => return Ok(guard),
                    Err(TryLockError::Poisoned(poisoned)) => return Err(poisoned),
                    Err(TryLockError::WouldBlock) => std::thread::yield_now(),
                }
            }
        }
    }
}
