//! Charges orders through a payment gateway that fails at first, and later is out of order for a while.
//!
//! It shows what stands around a call that may fail: retries get over the first failures; the breaker opens when the
//! gateway is down, so that it is left alone; orders that come meanwhile take the neutral port and are kept; and when
//! the gateway is back, the breaker finds out by itself. No order is lost, and none is charged twice.
//!
//! ```sh
//! cargo run -p examples --bin checkout
//! ```

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use electrician::pipeline::{BreakerHandle, StageHandle};
use electrician::prelude::*;
use electrician::resilience::BreakerState;
use examples::feed::{Feed, poll_orders};
use examples::flaky::{Flaky, Outage, Script};
use examples::gateway::{Gateway, GatewayError, charge_order};
use examples::ledger::{Ledger, Pages, Reject, log_reject, park_order, store_receipt};
use examples::order::{Order, ParseError};
use tokio::time::{Instant, interval};

const ORDERS: u64 = 1_000;

/// Three failures to begin with, and after 300 requests nothing works for most of a second.
const SCRIPT: Script = Script {
    fail_first: 3,
    outage: Some(Outage {
        after: 300,
        lasts: Duration::from_millis(800),
    }),
    latency: Duration::from_millis(5),
};

#[handler]
fn parse_order(line: &str) -> Result<Order, ParseError> {
    line.parse()
}

pipeline! {
    /// Charges orders and stores the receipts.
    pub Checkout(feed: Feed, gateway: Gateway, ledger: Arc<Ledger>) {
        generator orders  = poll_orders(feed) { on_error: stop };
        handler   parse   = parse_order { workers: 2 };
        handler   charge  = charge_order(gateway) {
            workers: 16,
            breaker: { failure_rate: 0.5, window: 40, min_calls: 20, cooldown: 200ms, probes: 3 },
            retry:   { attempts: 4, backoff: 20ms..200ms, when: GatewayError::is_transient, idempotent },
            timeout: 2s,
        };
        handler   store   = store_receipt(ledger) { on_error: stop };
        handler   defer   = park_order(ledger)    { on_error: stop };
        handler   rejects = log_reject(ledger);

        orders -> parse -> charge -> store;
        [parse.error, charge.error] -> rejects;
        charge.neutral -> defer;                    // where orders go while the breaker is open
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let flaky = Flaky::start(SCRIPT).await?;
    let ledger = Arc::new(Ledger::default());
    let checkout = Checkout {
        feed: Feed::new(ORDERS, Duration::from_millis(2)),
        gateway: Gateway::at(flaky.address()),
        ledger: Arc::clone(&ledger),
    };
    let running = checkout.start()?;
    let (charge, defer) = (&running.stages().charge, &running.stages().defer);
    let timeline = tokio::spawn(print_timeline(charge.clone(), defer.clone()));
    let report = running.wait().await;
    timeline.abort();
    println!("\n{report}");

    assert!(report.is_clean());
    report.balance()?;
    let pages = ledger.read();
    assert_every_order_once(&pages);
    assert!(flaky.seen().charged.keys().eq(pages.paid.keys()));
    assert!(charge.stats().retried >= SCRIPT.fail_first);
    assert_recovery(charge, &pages);
    Ok(())
}

/// Prints how things are each time the breaker changes, and twice a second.
async fn print_timeline(charge: BreakerHandle, defer: StageHandle) {
    let (began, mut ticks) = (Instant::now(), interval(Duration::from_millis(5)));
    let mut printed = None;
    println!("   time  breaker    charged  retried  deferred");
    loop {
        ticks.tick().await;
        let (state, time) = (charge.snapshot().state, began.elapsed());
        let line = (state, time.as_millis() / 500);
        if printed.replace(line) != Some(line) {
            let (seconds, breaker) = (time.as_secs_f32(), state.to_string());
            let (calls, deferred) = (charge.stats(), defer.stats().completed);
            let (charged, retried) = (calls.completed, calls.retried);
            println!("{seconds:5.2} s  {breaker:9}  {charged:7}  {retried:7}  {deferred:8}");
        }
    }
}

/// Paid, deferred or rejected: each line of the feed has ended up in one place.
fn assert_every_order_once(pages: &Pages) {
    let rejected = pages.rejected.iter().filter_map(Reject::order);
    let places = pages.paid.keys().chain(pages.deferred.keys()).copied();
    let mut orders: Vec<u64> = places.chain(rejected).collect();
    orders.sort_unstable();
    assert!(orders.into_iter().eq(1..=ORDERS));
}

/// The breaker opened, spared the gateway what it could not have done, and closed when it was back.
fn assert_recovery(charge: &BreakerHandle, pages: &Pages) {
    let breaker = charge.snapshot();
    assert!(breaker.times_opened > 0);
    assert_eq!(breaker.state, BreakerState::Closed);
    let last_deferred = pages.deferred.keys().last();
    let paid_later = pages.paid.keys().filter(|&paid| Some(paid) > last_deferred);
    assert!(last_deferred.is_some() && paid_later.count() > 100);
}
