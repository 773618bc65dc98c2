//! Backends behind one interface: comes in a backend of a known shape, goes out one that can be swapped, chosen, combined.
//!
//! Use it where a program calls something that there is more than one of, or that is exchanged while it runs: two payment
//! gateways, a model and its fallback, a queue that is a file in tests. Where there is one backend and it stays, a plain
//! function is enough.
//!
//! ```text
//! call -> Manager -> Selector -> lease -> wrappers -> the backend
//!            |                              adapt, tap, stateful …
//!            +-- init once, switch under load, check health, close all
//! ```
//!
//! - **Patterns**: [`RequestResponse`], [`RequestStream`], [`Sink`], [`Duplex`]: traits with static dispatch. Each has one
//!   erased twin ([`DynRequestResponse`] …) for backends whose type is not known before the program runs.
//! - **A life**: [`Provider`] has `init`, `close`, `is_available`, `health` and metadata, all optional. A wrapper is a
//!   [`Wraps`], and cannot hide them.
//! - [`Registry`]: factories by name, each with a configuration of its own.
//! - [`Manager`]: makes each backend once, switches it without losing a call, closes them all and says what went wrong.
//! - [`Connector`]: makes a backend when it is first needed, and another when it was lost, not too often.
//! - [Selectors](Selector): [`Preferred`], [`Priority`], [`FirstHealthy`], [`RoundRobin`], [`LeastLoaded`], [`Weighted`].
//! - [`Operations`]: which backends do which operation, for whom, in which order.
//! - [Combinators](Combine): `adapt`, `protected`, `tap`, `observed`, `traced`, `windowed`, `stateful`, and [`FanOut`].
//!
//! A provider is a handler of a pipeline: `handler quote = provider(quotes);`.
//!
//! # Examples
//!
//! ```
//! use electrician::provider::{Combine, Manager, Preferred, RequestResponse, from_fn};
//! use std::convert::Infallible;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! # runtime.block_on(async {
//! let quote = |cents: u64| from_fn("quote", move |_symbol: String| async move { Ok::<_, Infallible>(cents) });
//!
//! let quotes = Manager::new("quotes", Preferred::new("exchange"));
//! quotes.init("exchange", || Ok::<_, Infallible>(quote(100))).await.unwrap();
//! quotes.init("mirror", || Ok::<_, Infallible>(quote(99))).await.unwrap();
//! assert_eq!(quotes.call("ABC".into()).await.unwrap(), 100);
//!
//! quotes.selector().set("mirror");
//! assert_eq!(quotes.call("ABC".into()).await.unwrap(), 99);
//! # });
//! ```

mod combine;
mod connector;
mod erased;
mod function;
mod gates;
mod health;
mod held;
mod leased;
mod lifecycle;
mod manager;
mod metadata;
mod operations;
mod panics;
mod patterns;
mod protect;
mod registry;
mod select;
#[cfg(test)]
pub(crate) mod tests;
mod together;

pub use combine::{
    Act, Adapt, AdaptedItems, AdaptedSender, Combine, ContextStore, FanOut, FanOutError, MapError,
    MemoryStore, Merged, Observed, ObservedItems, ObservedSender, Outcome, Seen, Sensor, Stateful,
    StatefulError, Tap, TappedSender, Tracing, Windowed, Windows,
};
pub use connector::{ConnectError, Connector, ConnectorError};
pub use erased::{
    BoxFuture, BoxHalves, BoxStream, DynDuplex, DynRequestResponse, DynRequestStream, DynSink,
    ErasedDuplex, ErasedProvider, ErasedRequestResponse, ErasedRequestStream, ErasedSendHalf,
};
pub use function::{FromFn, from_fn};
pub use health::{Health, Standing};
pub use held::Held;
pub use leased::{LeasedReceiver, LeasedSender, LeasedStream};
pub use lifecycle::{BoxError, Provider, Wraps};
pub use manager::{
    CloseError, CloseFailure, InitError, Lease, Manager, ManagerError, NoneAvailable, Order,
};
pub use metadata::Metadata;
pub use operations::{Binding, Operations, Passed, Unresolved};
pub use patterns::{Duplex, RequestResponse, RequestStream, SendHalf, Sink};
pub use protect::{
    Guard, Kept, KeptByBoth, Lent, Once, Protected, ProtectedError, Spares, Times, Watched,
};
pub use registry::{CreateError, Registry};
pub use select::{
    Candidate, FirstHealthy, LeastLoaded, Preferred, Priority, RoundRobin, Selector, Weighted,
};
