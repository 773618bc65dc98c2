//! What the user writes.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use electrician::Failure;
use futures_util::{StreamExt, stream};

#[derive(Debug)]
pub(super) struct Order(pub(super) u64);
#[derive(Debug)]
pub(super) struct Receipt(pub(super) u64);
#[derive(Debug)]
pub(super) struct GatewayError;

#[derive(Default)]
pub(super) struct Gateway {
    pub(super) calls: AtomicU64,
}

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) sum: AtomicU64,
    pub(super) rejects: AtomicU64,
    pub(super) deferred: AtomicU64,
}

pub(super) fn feed(count: u64) -> impl Iterator<Item = String> {
    (0..count).map(|n| n.to_string())
}

pub(super) fn parse(line: &str) -> Result<Order, std::num::ParseIntError> {
    line.parse().map(Order)
}

pub(super) async fn charge(order: &Order, gateway: &Gateway) -> Result<Receipt, GatewayError> {
    let call = gateway.calls.fetch_add(1, Relaxed);
    tokio::time::sleep(Duration::from_millis(order.0 % 7)).await;
    if order.0 == 13 || call % 5 == 0 {
        Err(GatewayError)
    } else {
        Ok(Receipt(order.0))
    }
}

pub(super) fn split<'a>(
    receipt: &'a Receipt,
    seen: &'a mut Vec<u64>,
) -> impl futures_core::Stream<Item = u64> + 'a {
    seen.push(receipt.0);
    stream::iter([receipt.0, seen.len() as u64]).then(|n| async move {
        tokio::task::yield_now().await;
        n
    })
}

pub(super) async fn store(n: u64, ledger: &Ledger) {
    ledger.sum.fetch_add(n.min(1), Relaxed);
}

pub(super) fn reject(_: Failure<Order, GatewayError>, ledger: &Ledger) {
    ledger.rejects.fetch_add(1, Relaxed);
}

pub(super) fn defer(_: Order, ledger: &Ledger) {
    ledger.deferred.fetch_add(1, Relaxed);
}
