//! Statically typed tokio pipelines, declared in one block and checked by the compiler.

pub mod edge;
pub mod pipeline;
pub mod resilience;
pub mod stage;
#[cfg(feature = "test")]
pub mod test;
pub mod value;

pub use electrician_macros::{generator, handler, pipeline};
pub use pipeline::{Error, ErrorKind, Health, Input, Output, Report, Running, SendError};
pub use stage::{AnyFailure, Cause, Failure, Outlet, Stopped, Work};

#[doc(hidden)]
pub mod __private;

/// What a file that declares a pipeline needs.
pub mod prelude {
    pub use crate::{
        AnyFailure, Cause, Failure, Outlet, Report, Running, Stopped, Work, generator, handler, pipeline,
    };
}
