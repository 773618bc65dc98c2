#![allow(missing_docs)]
use std::{sync::atomic::{AtomicU64, Ordering::Relaxed}, sync::Arc, time::Duration};
use electrician::prelude::*;

#[derive(Debug, Clone)]
pub struct Order(u64);
#[derive(Debug)]
pub struct Receipt(u64);
#[derive(Debug)]
pub struct GatewayError;
impl std::fmt::Display for GatewayError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("gateway") } }
impl std::error::Error for GatewayError {}
#[derive(Debug)]
pub struct FeedError;
impl std::fmt::Display for FeedError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("feed") } }
impl std::error::Error for FeedError {}
impl From<Stopped> for FeedError { fn from(_: Stopped) -> Self { FeedError } }

#[generator]
async fn poll_orders(count: &u64, mut out: Outlet<String>) -> Result<(), FeedError> {
    for n in 0..*count { out.send(n.to_string()).await?; }
    Ok(())
}
#[handler]
fn parse_order(line: &str) -> Result<Order, std::num::ParseIntError> { line.parse().map(Order) }
#[handler]
async fn charge_order(order: &Order, calls: &AtomicU64) -> Result<Receipt, GatewayError> {
    tokio::time::sleep(Duration::from_millis(3)).await;
    if calls.fetch_add(1, Relaxed) % 3 == 0 { Err(GatewayError) } else { Ok(Receipt(order.0)) }
}
#[handler]
async fn store_receipt(receipt: Receipt, sum: &AtomicU64) -> Result<(), GatewayError> { sum.fetch_add(receipt.0, Relaxed); Ok(()) }
#[handler]
async fn park_order(_order: Order) {}
#[handler]
fn log_reject(failure: AnyFailure) { println!("{failure}"); }

pipeline! {
    #![inspect]
    /// Charges orders and stores the receipts.
    pub Checkout(count: u64, calls: Arc<AtomicU64>, sum: Arc<AtomicU64>) {
        generator orders  = poll_orders(count) { on_error: stop };
        handler   parse   = parse_order { workers: 4 };
        handler   charge  = charge_order(calls) {
            workers:    32,
            breaker:    { failure_rate: 0.9, window: 10s, min_calls: 20, cooldown: 30s, probes: 3 },
            retry:      { attempts: 4, backoff: 50ms..2s, idempotent },
            timeout:    2s,
        };
        handler   store   = store_receipt(sum) { on_error: stop };
        handler   defer   = park_order;
        handler   rejects = log_reject;

        orders -> parse -> charge -> store;
        parse.error    -> rejects;
        charge.error   -> rejects;
        charge.neutral -> defer;
    }
}

#[tokio::test(start_paused = true)]
async fn smoke() {
    let sum = Arc::new(AtomicU64::new(0));
    let checkout = Checkout { count: 100, calls: Arc::default(), sum: sum.clone() };
    let running = checkout.start().unwrap();
    let report = running.wait().await;
    println!("{report}");
    report.balance().unwrap();
    assert!(report.is_clean());
    println!("{}", Checkout::TOPOLOGY);
}
