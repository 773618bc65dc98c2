//! The whole chain around a provider's calls.

use super::{Guard, Kept};
use crate::resilience::{
    Admit, Chain, ChainError,
    chain::{Guards, Taken},
    fallback::Recovers,
    hedge::Hedges,
    retry::Retries,
};

/// Each call has a clone of the chain. Around a stream or a conversation, the chain stands around the opening; the place in the
/// bulkhead is taken until the end, and the breaker is told of the first error in it, or of the end.
impl<T, E, L, B, K, R, H, F, I> Guard<T, E> for Chain<L, B, K, R, H, F, I>
where
    Self: Clone + Send + Sync + 'static,
    L: Admit,
    B: Admit,
    K: Guards<T, E>,
    R: Retries<E> + Send,
    H: Hedges,
    F: Recovers<T, E>,
    I: Send,
    T: Send,
    E: Send,
{
    type Error = ChainError<E>;
    type Kept = Taken<T, B, K>;
    type Times = I;

    fn open<C, A>(
        &self,
        call: C,
    ) -> impl Future<Output = Result<(T, Self::Kept), ChainError<E>>> + Send
    where
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        self.clone().open(call)
    }
}

impl<T, E, B: Admit, K: Guards<T, E>> Kept<E> for Taken<T, B, K> {
    fn failed(&mut self, error: &E) {
        Self::failed(self, error);
    }

    fn ended(&mut self) {
        Self::ended(self);
    }
}
