//! Operators that are written between two arrows and are called like any other stage, without a queue or a task of their own.
//!
//! ```text
//! orders -> filter(|o| o.total > 0) -> map(|o| o.lines) -> flatten() -> store
//! ```
//!
//! | operator | gives |
//! |---|---|
//! | [`map`] | one item for each item |
//! | [`filter`], [`filter_map`] | one or none |
//! | [`flat_map`], [`flatten`] | many |
//! | [`inspect`] | the item, when it has been looked at |
//! | [`scan`], [`enumerate`], [`sliding`] | one for each, by what came before |
//! | [`dedupe`], [`distinct`], [`distinct_by`], [`take`], [`skip`] | the item or none, by what came before |
//!
//! Each function takes the port that its items come from, so that closures get their types, and gives a draft that
//! is installed like a handler's. What an operator remembers is a worker's own, and is made anew after a panic.
//!
//! A closure in a handler's place is one of [`closure`], [`closure_async`], [`try_closure`], [`try_closure_async`], or,
//! where it gives nothing, of [`sink`], [`sink_async`], [`try_sink`], [`try_sink_async`].

mod choice;
mod closure;
mod each;
mod many;
mod memory;
mod step;

pub use choice::{
    Compared, Dedupe, Distinct, DistinctBy, REMEMBERED, Remembered, Skip, Take, dedupe, distinct,
    distinct_by, skip, take,
};
pub use closure::{
    Awaits, Discarded, Gives, Passed, Silent, Sink, Tries, TryAwaits, closure, closure_async, sink,
    sink_async, try_closure, try_closure_async, try_sink, try_sink_async,
};
pub use each::{
    Filter, FilterMap, Identity, Inspect, Map, filter, filter_map, inspect, map, pass, relay,
};
pub use many::{FlatMap, Flatten, flat_map, flatten};
pub use memory::{Enumerate, Scan, Sliding, enumerate, scan, sliding};
pub use step::{Inline, InlineDraft, Step};

#[cfg(test)]
mod tests;
