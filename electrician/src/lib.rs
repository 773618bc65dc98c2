//! Statically typed tokio pipelines, declared in one block and checked by the compiler.
//!
//! Annotate ordinary functions with [`#[generator]`](macro@generator) and [`#[handler]`](macro@handler), declare how they are
//! wired in one [`pipeline!`] block, and get a set of tokio tasks: bounded edges, back-pressure, parallel workers, retries,
//! timeouts, circuit breakers, a drain that loses nothing, and a report in which every item is accounted for. What is wrong
//! with the wiring is a compile error on your own token.
//!
//! ```
//! use electrician::prelude::*;
//! # use std::{num::ParseIntError, sync::{Arc, atomic::{AtomicU64, Ordering::Relaxed}}};
//!
//! #[generator]
//! fn lines() -> impl Iterator<Item = String> {
//!     ["1", "2", "three", "4"].map(String::from).into_iter()
//! }
//!
//! #[handler]
//! fn parse(line: &str) -> Result<u64, ParseIntError> {
//!     line.parse()
//! }
//!
//! #[handler]
//! fn add(n: u64, sum: &AtomicU64) {
//!     sum.fetch_add(n, Relaxed);
//! }
//!
//! #[handler]
//! fn reject(failure: AnyFailure) {
//!     eprintln!("{failure}");
//! }
//!
//! pipeline! {
//!     Sum(sum: Arc<AtomicU64>) {
//!         generator numbers = lines();
//!         handler   parse   = parse { workers: 2 };
//!         handler   add     = add(sum);
//!         handler   reject;
//!
//!         numbers -> parse -> add;
//!         parse.error -> reject;
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), electrician::Error> {
//! let sum = Arc::new(AtomicU64::new(0));
//! let report = Sum::new(sum.clone()).start()?.wait().await;
//! assert_eq!(sum.load(Relaxed), 7);
//! assert_eq!(report.stage("parse").unwrap().stats.failed, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`pipeline!`]: the language: declarations, wiring, options, operators.
//! - [`#[handler]`](macro@handler), [`#[generator]`](macro@generator): the signatures that they take.
//! - [`Running`]: the life of a pipeline; [`Report`]: what it came to; [`Health`]: how its stages are.
//! - [`operator`]: named workers and whole pipelines under one supervisor.
//! - [`resilience`]: retry, timeout and breaker, also for calls outside of a pipeline.
//! - [`provider`]: backends behind one interface, chosen and switched while calls go on.
//! - [`diagnostics`]: what the compiler says: a page for each code, with what fails and what mends it.
//! - `test` (feature `test`): the kit for tests of your own.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `chaos` | `resilience::chaos`, and the stage option `chaos`: faults, latency and outcomes at a rate, seeded, for tests |
//! | `serde` | `provider::Registry::configured`: factories that read a configuration of their own type |
//! | `test` | the module `test`: scripted generators, recording sinks, faulty handlers, the balance assertion |
//! | `tower` | `resilience::tower`: a chain is a layer, and a service is called through a chain; `stage::service`: a service is a handler |

#[cfg(all(doc, not(doctest)))]
pub mod diagnostics;
pub mod edge;
pub mod operator;
pub mod pipeline;
pub mod provider;
pub mod resilience;
mod spares;
pub mod stage;
#[cfg(feature = "test")]
pub mod test;
pub mod value;

#[doc(hidden)]
pub mod __private;

pub use pipeline::{Error, ErrorKind, Health, Input, Outcome, Output, Report, Running, SendError};
pub use stage::{AnyFailure, Cause, Failure, Latency, Outlet, StageStats, Stopped, Work};

#[doc = include_str!("docs/handler.md")]
#[doc(inline)]
pub use electrician_macros::handler;

#[doc = include_str!("docs/generator.md")]
#[doc(inline)]
pub use electrician_macros::generator;

#[doc = include_str!("docs/pipeline.md")]
#[doc(inline)]
pub use electrician_macros::pipeline;

/// What a file that declares a pipeline needs.
pub mod prelude {
    pub use crate::{
        AnyFailure, Cause, Failure, Outlet, Report, Running, Stopped, Work, generator, handler,
        pipeline,
        stage::{provider, provider_sink, provider_stream},
    };

    #[cfg(feature = "tower")]
    pub use crate::stage::service;
}
