//! Receipts, deferred orders and rejects come in, where every order has ended up goes out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use electrician::{Failure, handler};

use crate::order::{Order, ParseError, Receipt};

/// Where the orders have ended up.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Pages>);

/// The pages of a ledger.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    /// Those that were paid, by their number.
    pub paid: BTreeMap<u64, Receipt>,
    /// Those that wait for a better time, by their number.
    pub deferred: BTreeMap<u64, Order>,
    /// Those that nobody can charge.
    pub rejected: Vec<Reject>,
}

/// What could not be charged, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The line, as it came, or as it would be written.
    pub line: String,
    /// Why, in words.
    pub reason: String,
}

/// An order was to be entered that is in the ledger already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    /// Which order it is.
    pub order: u64,
}

/// Enters a receipt.
///
/// # Errors
///
/// [`Twice`], where the order has ended up somewhere before.
#[handler]
pub fn store_receipt(receipt: Receipt, ledger: &Ledger) -> Result<(), Twice> {
    let mut pages = ledger.pages();
    pages.expect_new(receipt.order)?;
    pages.paid.insert(receipt.order, receipt);
    Ok(())
}

/// Keeps an order for a better time.
///
/// # Errors
///
/// [`Twice`], where the order has ended up somewhere before.
#[handler]
pub fn park_order(order: Order, ledger: &Ledger) -> Result<(), Twice> {
    let mut pages = ledger.pages();
    pages.expect_new(order.id)?;
    pages.deferred.insert(order.id, order);
    Ok(())
}

/// Keeps what nobody can charge.
#[handler]
pub fn log_reject(reject: Reject, ledger: &Ledger) {
    ledger.pages().rejected.push(reject);
}

impl Ledger {
    /// The pages as they are now.
    pub fn read(&self) -> Pages {
        self.pages().clone()
    }

    /// An entry is made whole or not at all, so a panic elsewhere does not spoil them.
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    fn expect_new(&self, order: u64) -> Result<(), Twice> {
        if self.paid.contains_key(&order) || self.deferred.contains_key(&order) {
            return Err(Twice { order });
        }
        Ok(())
    }
}

impl Reject {
    /// Which order it is, if that can be read.
    pub fn order(&self) -> Option<u64> {
        self.line.split(' ').next()?.parse().ok()
    }
}

impl From<Failure<String, ParseError>> for Reject {
    fn from(failure: Failure<String, ParseError>) -> Self {
        Self {
            reason: failure.cause.to_string(),
            line: failure.item,
        }
    }
}

impl<E: fmt::Display> From<Failure<Order, E>> for Reject {
    fn from(failure: Failure<Order, E>) -> Self {
        Self {
            reason: failure.to_string(),
            line: failure.item.to_string(),
        }
    }
}

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "order {} is in the ledger already", self.order)
    }
}

impl std::error::Error for Twice {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_an_order_that_it_has() {
        let ledger = Ledger::default();
        let order = Order { id: 7, cents: 100 };
        assert_eq!(park_order(order, &ledger), Ok(()));
        let receipt = Receipt {
            order: 7,
            number: 1,
        };
        assert_eq!(store_receipt(receipt, &ledger), Err(Twice { order: 7 }));
        assert!(ledger.read().paid.is_empty());
    }
}
