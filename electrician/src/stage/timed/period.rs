//! Moments: the end of a span of time that begins now, or of the one that now lies in.

use std::time::Duration;

use tokio::time::Instant;

use crate::resilience::BadValue;
pub(super) use crate::resilience::moment::after;

/// Spans of equal length, one after the other; the first one begins when it is first asked for.
#[derive(Debug)]
pub(super) struct Periods {
    length: Duration,
    origin: Option<Instant>,
}

impl Periods {
    pub(super) const fn new(length: Duration) -> Self {
        Self {
            length,
            origin: None,
        }
    }

    /// The end of the span that `now` lies in.
    pub(super) fn end(&mut self, now: Instant) -> Instant {
        let origin = *self.origin.get_or_insert(now);
        let gone = now.saturating_duration_since(origin).as_nanos() % self.length.as_nanos().max(1);
        let gone = u64::try_from(gone).map_or(Duration::ZERO, Duration::from_nanos);
        after(now, self.length.saturating_sub(gone))
    }
}

/// Refuses a span of no time.
pub(super) fn above_zero(duration: Duration) -> Option<BadValue> {
    (duration.is_zero()).then(|| BadValue::new("duration", "must be above zero"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn periods_follow_the_first_moment_without_gaps() {
        let ms = Duration::from_millis;
        let (start, mut periods) = (Instant::now(), Periods::new(ms(10)));
        for (now, end) in [(0, 10), (0, 10), (9, 10), (10, 20), (25, 30), (1000, 1010)] {
            assert_eq!(periods.end(start + ms(now)), start + ms(end), "at {now}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_time_is_no_overflow() {
        let now = Instant::now();
        assert!(after(now, Duration::MAX) > now);
        assert!(Periods::new(Duration::MAX).end(now) > now);
        assert!(Periods::new(Duration::ZERO).end(now) >= now);
    }
}
