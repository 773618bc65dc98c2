//! What a chain promises: the order, what is given back, what is kept, and what a caller is told.

mod doubles;
mod order;
mod promises;

use super::{super::*, *};
use doubles::{Flaky, Recorded};
use std::time::Duration;
use tokio::time::{Instant, advance, sleep};

const MS: Duration = Duration::from_millis(1);

fn steady(attempts: u32) -> Retry {
    Retry::up_to(attempts).backoff(Backoff::constant(MS * 10).jitter(Jitter::None))
}

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new(Breaker::default().consecutive(1))
}
