//! A key comes in, goes out the right to be the only one who is busy with it.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// One at a time for each key, first come first served; keys do not wait for one another. A key that nobody is busy with
/// takes no room.
#[derive(Debug)]
pub(super) struct Gates<K> {
    turns: Mutex<HashMap<K, Arc<Turn<()>>>>,
}

/// Until it is dropped, nobody else passes with this key.
pub(super) type Passed = OwnedMutexGuard<()>;

impl<K: Hash + Eq> Gates<K> {
    pub(super) fn new() -> Self {
        Self {
            turns: Mutex::default(),
        }
    }

    /// Waits for the key's turn. Cancel safe: who is dropped while it waits loses its place, and nothing else.
    pub(super) async fn pass(&self, key: K) -> Passed {
        let turn = self.turn(key);
        turn.lock_owned().await
    }

    fn turn(&self, key: K) -> Arc<Turn<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        Arc::clone(turns.entry(key).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn one_passes_for_each_key() {
        let gates = Gates::new();
        let a = gates.pass("a").await;
        assert!(gates.pass("a").now_or_never().is_none());
        assert!(gates.pass("b").now_or_never().is_some());
        drop(a);
        assert!(gates.pass("a").now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_key_that_nobody_holds_takes_no_room() {
        let gates = Gates::new();
        for key in 0..1_000 {
            drop(gates.pass(key).await);
        }
        let held = gates.pass(1_000).await;
        assert_eq!(gates.turns.lock().unwrap().len(), 1);
        drop(held);
    }
}
