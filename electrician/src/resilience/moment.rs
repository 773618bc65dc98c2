//! Moments that cannot overflow: comes in a moment and a duration, goes out the moment after it.

use std::time::Duration;
use tokio::time::Instant;

/// Further away than anything that runs is waited for, and near enough for every clock to count.
const FAR: Duration = Duration::from_hours(24 * 365 * 30);

/// `now + wait`; a wait that is too long to be added ends in thirty years.
pub(crate) fn after(now: Instant, wait: Duration) -> Instant {
    now + wait.min(FAR)
}
