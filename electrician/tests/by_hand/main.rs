//! The expansion of a pipeline, written by hand: it compiles, runs and balances without any macro.
//!
//! ```text
//! orders -> parse -> charge (32 slots, retry, timeout, breaker) -> split (a stream, worker-local state) -> store
//! ```
#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is not written for clippy"
)]

mod attributes;
mod block;
mod functions;

use std::sync::{Arc, atomic::Ordering::Relaxed};

use electrician::Running;

use block::Checkout;
use functions::{Gateway, Ledger};

#[tokio::test(start_paused = true)]
async fn a_pipeline_without_macros_runs_and_balances() {
    let (gateway, ledger) = (Arc::new(Gateway::default()), Arc::new(Ledger::default()));
    let checkout = Checkout {
        count: 1000,
        gateway,
        ledger: Arc::clone(&ledger),
    };
    let running = Running::start(checkout).unwrap();
    let report = running.wait().await;
    println!("{report}");
    report.balance().unwrap();
    assert!(report.is_clean(), "{report}");
    let charge = report.stage("charge").unwrap().stats;
    assert_eq!(charge.received, 1000);
    assert!(charge.retried > 0);
    assert_eq!(ledger.rejects.load(Relaxed), charge.failed);
    assert_eq!(
        ledger.sum.load(Relaxed),
        report.stage("store").unwrap().stats.received - 1
    );
    assert_eq!(
        running.stages().store.stats(),
        report.stage("store").unwrap().stats
    );
}
