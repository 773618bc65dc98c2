//! What a chain has taken for something that stays open: comes in how that goes on, goes out what is given back, and the verdict.

use super::{Admit, Books, Guards, Verdict, admission::Opened};
use std::{fmt, marker::PhantomData};

/// What [`Chain::open`](super::Chain::open) has taken for what it has opened.
///
/// Keep it beside the stream. Its place in the bulkhead is taken until the stream has [`ended`](Self::ended) or this is dropped.
/// The breaker is told of the first error in the stream, or of its end; it is told nothing of one that is dropped before.
#[must_use = "dropped, it gives back what was taken"]
pub struct Taken<T, B: Admit, K: Books> {
    /// Where the value comes from a fallback, nothing is taken for it.
    bulkhead: Option<B>,
    breaker: K,
    /// Until the breaker knows.
    opened: Option<Opened>,
    types: PhantomData<fn(T)>,
}

impl<T, B: Admit, K: Books> Taken<T, B, K> {
    pub(super) fn new(bulkhead: B, breaker: K, opened: Option<Opened>) -> Self {
        Self {
            bulkhead: opened.map(|_| bulkhead),
            breaker,
            opened,
            types: PhantomData,
        }
    }

    /// What was opened gave an error, and may go on.
    pub fn failed<E>(&mut self, error: &E)
    where
        K: Guards<T, E>,
    {
        if let Some((token, _)) = self.opened.take() {
            let verdict = self.breaker.judge(Some(Err(error)));
            self.breaker.tell(token, verdict);
        }
    }

    /// What was opened came to its end: everything is given back.
    pub fn ended(&mut self) {
        let shown = self.opened.map(|(_, verdict)| verdict);
        self.give_back(shown.unwrap_or(Verdict::Unknown));
    }

    fn give_back(&mut self, verdict: Verdict) {
        if let Some((token, _)) = self.opened.take() {
            self.breaker.tell(token, verdict);
        }
        if let Some(mut bulkhead) = self.bulkhead.take() {
            bulkhead.release(verdict);
        }
    }
}

impl<T, B: Admit, K: Books> Drop for Taken<T, B, K> {
    fn drop(&mut self) {
        self.give_back(Verdict::Unknown);
    }
}

impl<T, B: Admit, K: Books> fmt::Debug for Taken<T, B, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken")
            .field("is_told", &self.opened.is_none())
            .finish_non_exhaustive()
    }
}
