//! The whole chain around a provider's calls.

use super::{Guard, Kept, Spares};
use crate::resilience::{
    Admit, Chain, ChainError,
    chain::{Guards, Taken},
    fallback::Recovers,
    hedge::Hedges,
    retry::Retries,
};

/// Each call has a chain of its own, one that a call before it has left where there is one: so calls that follow one another on a
/// thread take what they need without a lock that another thread holds, as those of one [`Chain`] do. A few are kept for each
/// thread until the provider is dropped, with what a chain at rest keeps: a place that whoever waits for one is given, and, at high
/// rates, tokens of its lease.
///
/// Around a stream or a conversation, the chain stands around the opening; the place in the bulkhead is taken until the end, and the
/// breaker is told of the first error in it, or of the end.
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

    fn around<C, A>(
        &self,
        spares: &Spares<Self>,
        call: C,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send
    where
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        async move { spares.lend(self).call(call).await }
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
