//! What a chain promises: the order, what is given back, what is kept, and what a caller is told.

mod flaky;
mod opened;
mod order;
mod promises;

use super::{super::*, *};
use crate::value::Rate;
use flaky::Flaky;
use std::time::Duration;
use tokio::time::{Instant, advance, sleep};

const MS: Duration = Duration::from_millis(1);

fn steady(attempts: u32) -> Retry {
    Retry::up_to(attempts).backoff(Backoff::constant(MS * 10).jitter(Jitter::None))
}

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new(Breaker::default().consecutive(1))
}

/// So many tokens for the next hour; nobody waits for more.
fn tokens(tokens: u32) -> RateLimiter {
    let rate = Rate::new(1, Duration::from_hours(1));
    RateLimiter::new(RateLimit::new(rate).burst(tokens).waiters(0))
}

/// So many places; nobody waits for more.
fn places(places: u32) -> Bulkhead {
    Bulkhead::new(Concurrency::from(places).waiters(0))
}
