//! Values that are written in a block and mean the same everywhere: comes in as numbers, goes out with a unit.

use std::{fmt, time::Duration};

/// So many in so much time: `500/s` in a block, [`Rate::per_second`] elsewhere.
///
/// A rate keeps the time that it was written with, because it bounds how long a quiet limiter saves
/// up: `60/min` and `1/s` let the same number through, yet they are not equal.
///
/// # Examples
///
/// ```
/// use electrician::value::Rate;
/// use std::time::Duration;
///
/// assert_eq!(Rate::per_second(500).to_string(), "500/s");
/// assert_eq!(Rate::per_minute(10).per(), Duration::from_secs(60));
/// assert_eq!(Rate::new(3, Duration::from_millis(250)).to_string(), "3/250ms");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Rate {
    count: u64,
    per: Duration,
}

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);

impl Rate {
    /// `count` in each `per`.
    pub const fn new(count: u64, per: Duration) -> Self {
        Self { count, per }
    }

    /// `count` in each second.
    pub const fn per_second(count: u64) -> Self {
        Self::new(count, SECOND)
    }

    /// `count` in each minute.
    pub const fn per_minute(count: u64) -> Self {
        Self::new(count, MINUTE)
    }

    /// `count` in each hour.
    pub const fn per_hour(count: u64) -> Self {
        Self::new(count, HOUR)
    }

    /// How many.
    pub const fn count(self) -> u64 {
        self.count
    }

    /// In how much time.
    pub const fn per(self) -> Duration {
        self.per
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { count, per } = *self;
        match per {
            SECOND => write!(f, "{count}/s"),
            MINUTE => write!(f, "{count}/min"),
            HOUR => write!(f, "{count}/h"),
            per => write!(f, "{count}/{per:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_shown_as_it_is_written() {
        for (rate, shown) in [
            (Rate::per_second(500), "500/s"),
            (Rate::per_minute(10), "10/min"),
            (Rate::per_hour(1), "1/h"),
            (Rate::new(2, Duration::from_millis(1500)), "2/1.5s"),
        ] {
            assert_eq!(rate.to_string(), shown);
        }
    }
}
