//! Providers made of providers. What is wrapped shows through: its name, its metadata, its health, its life.
//!
//! | combinator | makes | of which patterns |
//! |---|---|---|
//! | [`adapt`](Combine::adapt) | other requests, responses and errors | all |
//! | [`map_error`](Combine::map_error) | other errors | all |
//! | [`protected`](Combine::protected) | a guard stand around the calls | all |
//! | [`tap`](Combine::tap) | somebody see each request | all |
//! | [`observed`](Combine::observed), [`traced`](Combine::traced) | somebody be told how each call went | all |
//! | [`windowed`](Combine::windowed) | windows of the items, and something of each window | streams |
//! | [`stateful`](Combine::stateful) | calls of one key remember something | request-response, sink |
//! | [`FanOut`] | one call of many | request-response, sink, streams |

mod adapt;
mod fan_out;
mod map_error;
mod observed;
mod stateful;
mod store;
mod tap;
mod windowed;

pub use adapt::{Adapt, AdaptedItems, AdaptedSender};
pub use fan_out::{FanOut, FanOutError, Merged};
pub use map_error::MapError;
pub use observed::{Act, Observed, ObservedItems, ObservedSender, Outcome, Seen, Sensor, Tracing};
pub use stateful::{Stateful, StatefulError};
pub use store::{ContextStore, MemoryStore};
pub use tap::{Tap, TappedSender};
pub use windowed::{Windowed, Windows};

use super::{Protected, Provider};
use std::num::NonZeroUsize;

/// The combinators, on every provider.
pub trait Combine: Provider + Sized {
    /// Takes other requests, and gives other responses.
    ///
    /// `request` makes what this provider takes, `response` what comes back; either may fail. Of a stream, `response` makes
    /// each item; of a conversation, `request` makes each item that is sent. This provider's own errors are converted, as by
    /// `?`.
    ///
    /// ```
    /// use electrician::provider::{Combine, RequestResponse, from_fn};
    /// use std::num::ParseIntError;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let double = from_fn("double", async |n: u64| Ok::<_, ParseIntError>(n * 2));
    /// let double = double.adapt(
    ///     |text: &'static str| text.parse(),
    ///     |n: u64| Ok::<_, ParseIntError>(format!("{n} in all")),
    /// );
    /// assert_eq!(double.call("21").await.unwrap(), "42 in all");
    /// assert!(double.call("many").await.is_err());
    /// # });
    /// ```
    fn adapt<F, G>(self, request: F, response: G) -> Adapt<Self, F, G> {
        Adapt::new(self, request, response)
    }

    /// Gives other errors.
    ///
    /// ```
    /// use electrician::provider::{Combine, RequestResponse, from_fn};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let parse = from_fn("parse", async |text: &'static str| text.parse::<u8>());
    /// let parse = parse.map_error(|error| format!("no small number: {error}"));
    /// assert!(parse.call("300").await.unwrap_err().starts_with("no small number"));
    /// # });
    /// ```
    fn map_error<F>(self, map: F) -> MapError<Self, F> {
        MapError::new(self, map)
    }

    /// Puts a [`Guard`](super::Guard) around the calls: a [`Chain`](crate::resilience::Chain), or a circuit breaker by itself.
    /// Where it may call again, the request has to be `Clone`.
    ///
    /// ```
    /// use electrician::provider::{Combine, RequestResponse, from_fn};
    /// use electrician::resilience::{Breaker, Bulkhead, Chain, CircuitBreaker, Retry};
    /// # use std::{sync::atomic::{AtomicU32, Ordering::Relaxed}, time::Duration};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    /// # runtime.block_on(async {
    /// # let calls = AtomicU32::new(0);
    /// let flaky = from_fn("flaky", move |id: u32| {
    ///     let call = calls.fetch_add(1, Relaxed);
    ///     async move { if call == 0 { Err("no answer") } else { Ok(id) } }
    /// });
    /// let quotes = flaky.protected(
    ///     Chain::new()
    ///         .bulkhead(Bulkhead::new(16).seat())
    ///         .breaker(&CircuitBreaker::new(Breaker::default()))
    ///         .idempotent()
    ///         .retry(Retry::up_to(3))
    ///         .timeout(Duration::from_secs(2)),
    /// );
    /// assert_eq!(quotes.call(7).await.unwrap(), 7);
    /// # });
    /// ```
    ///
    /// A breaker alone has an error of its own:
    ///
    /// ```
    /// use electrician::provider::{Combine, ProtectedError, RequestResponse, from_fn};
    /// use electrician::resilience::{Breaker, CircuitBreaker};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    /// # runtime.block_on(async {
    /// let down = from_fn("down", async |_: u32| Err::<(), _>("no answer"));
    /// let down = down.protected(CircuitBreaker::new(Breaker::default().consecutive(1)));
    /// assert_eq!(down.call(1).await, Err(ProtectedError::Backend("no answer")));
    /// assert!(matches!(down.call(1).await, Err(ProtectedError::Refused(_))));
    /// # });
    /// ```
    fn protected<G>(self, guard: G) -> Protected<Self, G> {
        Protected::new(self, guard)
    }

    /// Shows `tap` each request before it goes, and each item of a conversation that is sent.
    ///
    /// ```
    /// use electrician::provider::{Combine, Sink, from_fn};
    /// # use std::{convert::Infallible, sync::{Arc, atomic::{AtomicUsize, Ordering::Relaxed}}};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let bytes = Arc::new(AtomicUsize::new(0));
    /// let seen = Arc::clone(&bytes);
    /// let log = from_fn("log", async |_line: String| Ok::<_, Infallible>(()))
    ///     .tap(move |line: &String| { seen.fetch_add(line.len(), Relaxed); });
    /// log.send("hello".into()).await.unwrap();
    /// assert_eq!(bytes.load(Relaxed), 5);
    /// # });
    /// ```
    fn tap<F>(self, tap: F) -> Tap<Self, F> {
        Tap::new(self, tap)
    }

    /// Tells `sensor` how each call went, and how a stream or a conversation went that was opened: for metrics and logs.
    ///
    /// ```
    /// use electrician::provider::{Combine, Outcome, RequestResponse, Seen, from_fn};
    /// # use std::sync::{Arc, Mutex};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// # let counts = Arc::new(Mutex::new((0, 0)));
    /// # let counted = Arc::clone(&counts);
    /// let even = from_fn("even", async |n: u32| if n % 2 == 0 { Ok(n) } else { Err("odd") });
    /// let even = even.observed(move |seen: &Seen<'_>| {
    ///     let mut counts = counted.lock().unwrap();
    ///     match seen.outcome {
    ///         Outcome::Succeeded => counts.0 += 1,
    ///         Outcome::Failed(_) | Outcome::GivenUp => counts.1 += 1,
    ///     }
    /// });
    /// for n in 0..3 {
    ///     let _ = even.call(n).await;
    /// }
    /// assert_eq!(*counts.lock().unwrap(), (2, 1));
    /// # });
    /// ```
    fn observed<S: Sensor>(self, sensor: S) -> Observed<Self, S> {
        Observed::new(self, sensor)
    }

    /// Traces each call: a span around it, and an event at its end, a warning where it has failed. The target is
    /// `electrician::provider`.
    ///
    /// ```
    /// use electrician::provider::{Combine, RequestResponse, from_fn};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let parse = from_fn("parse", async |text: &'static str| text.parse::<u8>()).traced();
    /// assert!(parse.call("300").await.is_err());   // WARN call failed provider="parse" took=4µs error=number too large …
    /// # });
    /// ```
    fn traced(self) -> Observed<Self, Tracing> {
        self.observed(Tracing)
    }

    /// Makes something of each `size` items of a stream, and of those that are left at its end.
    ///
    /// An error in the stream closes the window: what it holds is processed, then the error is given, then a new window
    /// begins. So no item is lost, and the order is kept.
    ///
    /// ```
    /// use electrician::provider::{BoxStream, Combine, Provider, RequestStream};
    /// use futures_util::{StreamExt, stream};
    /// use std::{convert::Infallible, num::NonZeroUsize};
    ///
    /// struct Numbers;
    ///
    /// impl Provider for Numbers {
    ///     fn name(&self) -> &str {
    ///         "numbers"
    ///     }
    /// }
    ///
    /// impl RequestStream<u32> for Numbers {
    ///     type Item = u32;
    ///     type Error = Infallible;
    ///     type Stream = BoxStream<Result<u32, Infallible>>;
    ///     async fn open(&self, most: u32) -> Result<Self::Stream, Infallible> {
    ///         Ok(stream::iter((1..=most).map(Ok)).boxed())
    ///     }
    /// }
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let sums = Numbers.windowed(NonZeroUsize::new(2).unwrap(), async |window: Vec<u32>| Ok(window.iter().sum::<u32>()));
    /// let sums: Vec<_> = sums.open(5).await.unwrap().map(Result::unwrap).collect().await;
    /// assert_eq!(sums, [3, 7, 5], "the last window has what is left");
    /// # });
    /// ```
    fn windowed<F>(self, size: NonZeroUsize, process: F) -> Windowed<Self, F> {
        Windowed::new(self, size, process)
    }

    /// Lets calls of one key remember something, the context.
    ///
    /// For each call, the context of its `key` is loaded, `inject` makes the request of it, and what `extract` finds in the
    /// response is saved. Calls of one key go one after the other, so that none of them works on a context that another one
    /// is about to change; calls of different keys do not wait for one another.
    ///
    /// A retry belongs inside: a context that could not be saved is [`StatefulError::Save`], with the response, and a retry around
    /// it would make the call again.
    ///
    /// ```
    /// use electrician::provider::{Combine, MemoryStore, RequestResponse, from_fn};
    /// use std::convert::Infallible;
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    /// # runtime.block_on(async {
    /// let count = from_fn("count", async |so_far: u32| Ok::<_, Infallible>(so_far + 1)).stateful(
    ///     MemoryStore::new(1_000),
    ///     |user: &&'static str| *user,
    ///     |_user, so_far: Option<u32>| so_far.unwrap_or(0),
    ///     |response: &u32| Some(*response),
    /// );
    /// assert_eq!(count.call("ada").await.unwrap(), 1);
    /// assert_eq!(count.call("ada").await.unwrap(), 2);
    /// assert_eq!(count.call("grace").await.unwrap(), 1);
    /// # });
    /// ```
    fn stateful<K, St, Key, Inject, Extract>(
        self,
        store: St,
        key: Key,
        inject: Inject,
        extract: Extract,
    ) -> Stateful<Self, K, St, Key, Inject, Extract>
    where
        K: std::hash::Hash + Eq,
        St: ContextStore<K>,
    {
        Stateful::new(self, store, key, inject, extract)
    }
}

impl<P: Provider> Combine for P {}
