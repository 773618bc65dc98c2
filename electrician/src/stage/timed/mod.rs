//! Operators with a timer. Each heads an island of its own, and looks like an intake to it.
//!
//! ```text
//! readings -> batch(500, 20ms) -> store
//! [edges] -> accept .. due .. finish -> fill | pop pop pop
//! ```
//!
//! | operator | gives |
//! |---|---|
//! | [`batch`] | so many items at once, or what came in that time |
//! | [`window`] | the items of each span of time |
//! | [`sample`] | the latest item of each span of time |
//! | [`debounce`] | the last item once it has been quiet |
//! | [`throttle`] | each item, no more of them than the rate |
//! | [`delay`] | each item, so much later |
//!
//! The decisions are a [`Timed`]: it is told the time and never waits, locks or reads a clock. [`TimedIntake`] does the
//! waiting, with one timer, and the counting: an item is received when it is taken from the edge, completed when it
//! leaves, alone or with others, filtered when it is left out on purpose or nobody needs it any more, and dropped when it is still held as the
//! island is dropped.
//!
//! Time is counted to the millisecond that the runtime's clock has.

mod batch;
mod debounce;
mod definition;
mod delay;
mod intake;
mod operator;
mod period;
mod sample;
mod throttle;
mod window;

pub use batch::{Batch, batch};
pub use debounce::{Debounce, debounce};
pub use definition::{TimedDefinition, TimedDraft};
pub use delay::{Delay, HELD_MOST, delay};
pub use intake::TimedIntake;
pub use operator::{Emission, Timed};
pub use sample::{Sample, sample};
pub use throttle::{Throttle, throttle};
pub use window::{WINDOW_MOST, Window, window};

#[cfg(test)]
mod tests;
