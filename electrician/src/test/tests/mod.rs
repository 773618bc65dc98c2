//! What the kit promises: its parts by themselves, and a pipeline that is made of them alone.

mod lab;
mod parts;
mod runs;

use std::time::Duration;

/// A short way to write durations.
const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
