//! The test kit: sources that follow a script, sinks that record, handlers that fail on plan, and the balance.
//!
//! ```text
//! scripted(script) -> faulty(faults) -> record(recorder)
//! ```
//!
//! Use it to test what a pipeline does with your own handlers between these ends: a [`Script`] says what comes in and
//! when, a [`Recorder`] keeps what comes out and when, and [`Faults`] say which calls fail, panic, hang or take their time.
//! Each is a cheap handle: give a clone to the pipeline as a parameter, and keep one to look at. The three stages
//! ([`scripted`], [`record`], and [`faulty`] with [`faulty_ref`]) are named in a block like functions of your own.
//!
//! [`run_to_end`] and [`run_with`] start a pipeline, wait with a limit, and then check with [`assert_balanced`] that every
//! item is accounted for. They are made for tokio's paused clock, where an hour takes no time:
//! `#[tokio::test(start_paused = true)]`. A thread of a `blocking` stage is unknown to that clock, which then runs ahead:
//! test such a pipeline under the real one.

mod balance;
mod faults;
mod recorder;
mod run;
mod script;

pub use balance::{assert_balanced, assert_clean};
pub use faults::{Faults, faulty, faulty_ref};
pub use recorder::{Recorder, record};
pub use run::{run_to_end, run_with};
pub use script::{Play, Script, scripted};

#[cfg(test)]
mod tests;
