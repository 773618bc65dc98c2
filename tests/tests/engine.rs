//! What a running pipeline does: workers, failures, protections, lifecycle, the accounts.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_async,
    reason = "how a handler takes its item, and whether it waits, is what is tested"
)]

mod engine {
    mod advice;
    mod advised;
    mod answers;
    mod blackouts;
    mod blocking;
    mod branches;
    mod breaker;
    mod errors;
    mod failing_sources;
    mod fairness;
    mod feedback;
    mod forks;
    mod health;
    mod idle;
    mod inner;
    mod keyed_breakers;
    mod keys;
    mod latencies;
    mod lifecycle;
    mod limits;
    mod liveness;
    mod lone;
    mod overload;
    mod panics;
    mod pool;
    mod ports;
    mod promptness;
    mod queue_and_chain;
    mod restart;
    mod retry;
    mod smoothing;
    mod soak;
    mod sources;
    mod start;
    mod starvation;
    mod streaks;
    mod stuck;
    mod support;
    mod timeout;
    mod wiring;
    mod workers;
}
