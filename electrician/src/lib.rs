//! Statically typed tokio pipelines, declared in one block and checked by the compiler.

pub mod edge;
pub mod pipeline;
pub mod resilience;
pub mod stage;
pub mod value;

pub use pipeline::{Error, ErrorKind, Health, Input, Output, Report, Running, SendError};
pub use stage::{AnyFailure, Cause, Failure, Outlet, Stopped, Work};

#[doc(hidden)]
pub mod __private;

/// What a file that declares a pipeline needs.
pub mod prelude {
    pub use crate::{AnyFailure, Cause, Failure, Outlet, Report, Running, Work};
}
