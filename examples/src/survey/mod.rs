//! The survey of a source tree: what each file is, how much is in it, what occurs twice.
//!
//! ```text
//! walk -> read -> sort -> [count, weigh] -> tally -> table
//! ```
//!
//! Every step is a plain function over plain values, so it is called and tested without a pipeline.
//! [`plain`] strings them together in one loop, and is what a pipeline's result is compared with.

pub mod count;
pub mod digest;
pub mod forest;
mod human;
pub mod kind;
pub mod language;
pub mod pipeline;
pub mod plain;
pub mod progress;
mod ranking;
pub mod read;
pub mod record;
pub mod table;
pub mod tally;
pub mod walk;

pub use count::Counts;
pub use digest::Digest;
pub use kind::Kind;
pub use language::Language;
pub use ranking::{Ranked, Ranking};
pub use read::{ReadError, Source};
pub use record::Record;
pub use tally::{Duplicate, Facts, Survey, Tally, Total, Trouble};
pub use walk::{Found, WalkError};
