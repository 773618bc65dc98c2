//! A number of orders comes in, the lines of a queue that brings them go out, one by one and in their own time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use electrician::{Outlet, Stopped, generator};
use tokio::time::sleep;

use crate::order::Order;

/// Of so many lines one is torn, and no order.
pub const TORN: u64 = 50;

/// A queue of orders, numbered from 1.
#[derive(Debug)]
pub struct Feed {
    lines: u64,
    pace: Duration,
    taken: AtomicU64,
}

/// Why there is no next line.
#[derive(Debug)]
pub enum FeedError {
    /// The pipeline wants no more.
    Stopped,
}

/// Hands over what the queue brings, as long as it does.
///
/// # Errors
///
/// [`FeedError`], when no more is wanted.
#[generator]
pub async fn poll_orders(feed: &Feed, mut out: Outlet<String>) -> Result<(), FeedError> {
    while let Some(line) = feed.next().await {
        out.send(line).await?; // waits while the pipeline is full
    }
    Ok(())
}

impl Feed {
    /// So many lines, each a `pace` after the one before it.
    pub fn new(lines: u64, pace: Duration) -> Self {
        Self {
            lines,
            pace,
            taken: AtomicU64::new(0),
        }
    }

    /// The next line, when it comes.
    pub async fn next(&self) -> Option<String> {
        sleep(self.pace).await;
        let id = self.taken.fetch_add(1, Relaxed) + 1;
        match id {
            _ if id > self.lines => None,
            _ if id.is_multiple_of(TORN) => Some(format!("{id} cen")),
            _ => Some(
                Order {
                    id,
                    cents: id * 100,
                }
                .to_string(),
            ),
        }
    }
}

impl From<Stopped> for FeedError {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl fmt::Display for FeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("no more orders are wanted"),
        }
    }
}

impl std::error::Error for FeedError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn brings_every_line_once_and_tears_some() {
        let feed = Feed::new(TORN, Duration::from_millis(1));
        let mut orders = 0;
        while let Some(line) = feed.next().await {
            orders += u64::from(line.parse::<Order>().is_ok());
        }
        assert_eq!(orders, TORN - 1);
    }
}
