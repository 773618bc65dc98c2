//! Chains for those who come from `tower`: comes in a service, goes out a service behind a chain.

use super::{
    Admit, Chain, ChainError, chain::Guards, fallback::Recovers, hedge::Hedges, retry::Retries,
};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tower_layer::Layer;
use tower_service::Service;

/// A service behind a chain, as [`Chain`] makes it when it is used as a [`Layer`].
///
/// Use it where a `tower` stack expects a service. Each call has a clone of the chain, so that calls
/// overlap, and is boxed, since a service has to name its future; [`Chain::call`] with [`calling`] boxes
/// nothing.
///
/// It is always ready. Whether the inner service is ready is asked within each attempt, on a clone that is
/// then called at once: no readiness is reserved and left unused, and waiting for it counts towards the
/// timeout and the deadline. A bulkhead bounds how many wait.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Backoff, Chain, Retry};
/// use std::{convert::Infallible, future::{Ready, ready}, task::{Context, Poll}};
/// use tower_layer::Layer;
/// use tower_service::Service;
///
/// #[derive(Clone)]
/// struct Double;
/// impl Service<u32> for Double {
///     type Response = u32;
///     type Error = Infallible;
///     type Future = Ready<Result<u32, Infallible>>;
///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
///         Poll::Ready(Ok(()))
///     }
///     fn call(&mut self, number: u32) -> Self::Future {
///         ready(Ok(number * 2))
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let chain = Chain::new().idempotent().retry(Retry::up_to(3).backoff(Backoff::none()));
/// let mut service = chain.layer(Double);
/// assert_eq!(service.call(21).await.unwrap(), 42);
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct ChainService<S, C> {
    service: S,
    chain: C,
}

/// A function for [`Chain::call`]: each call of it is one of a clone of `service`, with a clone of `request`.
pub fn calling<S, Q>(service: S, request: Q) -> impl FnMut() -> Calling<S, Q> + Send
where
    S: Service<Q> + Clone + Send,
    Q: Clone + Send,
{
    move || Calling::of(service.clone(), request.clone())
}

pin_project! {
    /// One call of a service, once the service is ready for it.
    #[project = CallingPinned]
    #[doc(hidden)]
    pub enum Calling<S: Service<Q>, Q> {
        Asking { service: S, request: Option<Q> },
        Called { #[pin] answer: S::Future },
    }
}

impl<S: Service<Q>, Q> Calling<S, Q> {
    pub(crate) fn of(service: S, request: Q) -> Self {
        Self::Asking {
            service,
            request: Some(request),
        }
    }
}

impl<S: Service<Q>, Q> Future for Calling<S, Q> {
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let answer = match self.as_mut().project() {
                CallingPinned::Called { answer } => return answer.poll(cx),
                CallingPinned::Asking { service, request } => {
                    ready!(service.poll_ready(cx))?;
                    service.call(request.take().expect("a service is called once"))
                }
            };
            self.set(Self::Called { answer });
        }
    }
}

impl<S, L, B, K, R, H, F, I> Layer<S> for Chain<L, B, K, R, H, F, I>
where
    Self: Clone,
{
    type Service = ChainService<S, Self>;

    fn layer(&self, service: S) -> Self::Service {
        let chain = self.clone();
        ChainService { service, chain }
    }
}

impl<S, Q, L, B, K, R, H, F, I> Service<Q> for ChainService<S, Chain<L, B, K, R, H, F, I>>
where
    S: Service<Q, Response: Send, Error: Send, Future: Send> + Clone + Send + 'static,
    Q: Clone + Send + 'static,
    Chain<L, B, K, R, H, F, I>: Clone + Send + 'static,
    L: Admit,
    B: Admit,
    K: Guards<S::Response, S::Error>,
    R: Retries<S::Error> + Send,
    H: Hedges,
    F: Recovers<S::Response, S::Error>,
    I: Send,
{
    type Response = S::Response;
    type Error = ChainError<S::Error>;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Q) -> Self::Future {
        let (mut chain, service) = (self.chain.clone(), self.service.clone());
        Box::pin(async move { chain.call(calling(service, request)).await })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Backoff, Retry, Retrying, chain},
        *,
    };
    use std::{
        future::{Ready, ready},
        sync::{
            Arc,
            atomic::{AtomicU32, Ordering::Relaxed},
        },
        time::Duration,
    };

    /// Is ready at the second question, and fails on its first calls.
    #[derive(Default)]
    struct Shy {
        asked: u32,
        reserved: bool,
        calls: Arc<AtomicU32>,
        fails: u32,
    }

    impl Clone for Shy {
        fn clone(&self) -> Self {
            Self {
                calls: Arc::clone(&self.calls),
                fails: self.fails,
                ..Self::default()
            }
        }
    }

    impl Service<u32> for Shy {
        type Response = u32;
        type Error = String;
        type Future = Ready<Result<u32, String>>;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), String>> {
            self.asked += 1;
            if self.asked == 1 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.reserved = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: u32) -> Self::Future {
            assert!(self.reserved, "called before it was ready");
            let call = self.calls.fetch_add(1, Relaxed);
            ready(if call < self.fails {
                Err(format!("failure {call}"))
            } else {
                Ok(request + call)
            })
        }
    }

    fn chain() -> Chain<(), (), (), Retrying, (), (), chain::Idempotent> {
        let backoff = Backoff::constant(Duration::from_millis(1));
        Chain::new()
            .idempotent()
            .retry(Retry::up_to(3).backoff(backoff))
    }

    #[tokio::test(start_paused = true)]
    async fn a_layer_makes_each_attempt_on_a_ready_service() {
        let shy = Shy {
            fails: 2,
            ..Shy::default()
        };
        let mut service = chain().layer(shy);
        assert_eq!(service.call(40).await.unwrap(), 42);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_of_a_layer_overlap_and_cross_threads() {
        let mut service = chain().layer(Shy::default());
        let calls: Vec<_> = (0..3).map(|_| tokio::spawn(service.call(0))).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_is_called_through_a_chain() {
        let shy = Shy {
            fails: 9,
            ..Shy::default()
        };
        let error = chain().call(calling(shy, 0)).await.unwrap_err();
        assert_eq!(
            (error.attempts, error.error().unwrap().as_str()),
            (3, "failure 2")
        );
    }
}
