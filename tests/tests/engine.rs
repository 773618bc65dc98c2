//! What a running pipeline does: workers, failures, protections, lifecycle, the accounts.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async,
    reason = "how a handler takes its item, and whether it waits, is what is tested"
)]

mod engine {
    mod blocking;
    mod branches;
    mod breaker;
    mod errors;
    mod feedback;
    mod health;
    mod inner;
    mod lifecycle;
    mod panics;
    mod pool;
    mod ports;
    mod restart;
    mod retry;
    mod sources;
    mod start;
    mod support;
    mod timeout;
    mod workers;
}
