//! What a running pipeline does: workers, failures, protections, lifecycle, the accounts.

mod engine {
    mod branches;
    mod breaker;
    mod errors;
    mod panics;
    mod retry;
    mod support;
    mod timeout;
    mod workers;
}
