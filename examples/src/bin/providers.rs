//! Charges orders through two payment gateways, of which the main one is out of order for a while.
//!
//! It shows backends behind one interface: they are made by a registry of a configuration that serde reads; a manager
//! prefers the main one, asks both how they are, and lets the spare one take over while the main one is down; the main one is
//! replaced while orders are under way; and at the end all are closed, in reverse order. No order is lost, and none is
//! charged twice.
//!
//! ```sh
//! cargo run -p examples --bin providers
//! ```

use std::collections::BTreeSet;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use electrician::prelude::*;
use electrician::provider::{Manager, ManagerError, Order as Closing, Preferred, RequestResponse};
use examples::bank::{Bank, Diary, kinds};
use examples::feed::{Feed, poll_orders};
use examples::flaky::{Flaky, Outage, Script};
use examples::gateway::GatewayError;
use examples::ledger::{Ledger, Reject, log_reject, store_receipt};
use examples::order::{Order, ParseError};
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

const ORDERS: u64 = 600;
/// So many orders are paid before the main bank is replaced.
const BEFORE_SWITCH: usize = 450;
/// After so many requests nothing works at the main bank, for a while.
const OUTAGE: Outage = Outage {
    after: 60,
    lasts: Duration::from_millis(300),
};

type Banks = Manager<Bank, Preferred>;

#[handler]
fn parse_order(line: &str) -> Result<Order, ParseError> {
    line.parse()
}

fn is_transient(error: &ManagerError<GatewayError>) -> bool {
    match error {
        ManagerError::None(_) => true, // until one of them is found to be back
        ManagerError::Backend(error) => error.is_transient(),
    }
}

pipeline! {
    /// Charges orders at whichever bank is there.
    Payments(feed: Feed, banks: Arc<Banks>, ledger: Arc<Ledger>) {
        generator orders  = poll_orders(feed) { on_error: stop };
        handler   parse   = parse_order;
        handler   charge  = provider(banks) {
            workers: 8,
            retry:   { attempts: 50, backoff: 5ms..50ms, when: is_transient, idempotent },
            timeout: 2s,
            keep_item,
        };
        handler   store   = store_receipt(ledger) { on_error: stop };
        handler   rejects = log_reject(ledger);

        orders -> parse -> charge -> store;
        parse.error  -> rejects;
        charge.error -> rejects;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let latency = Duration::from_millis(3);
    let [steady, fresh] = [Script {
        latency,
        ..Script::default()
    }; 2];
    let outage = Some(OUTAGE);
    let flaky = Flaky::start(Script { outage, ..steady }).await?;
    let (steady, fresh) = (Flaky::start(steady).await?, Flaky::start(fresh).await?);

    let diary = Diary::default();
    let kinds = kinds(&diary);
    let make = |name, address| kinds.create("http", config(name, address));
    let banks = Arc::new(Banks::new("banks", Preferred::new("main")));
    banks
        .init("main", || make("flaky", flaky.address()))
        .await?;
    banks
        .init("spare", || make("steady", steady.address()))
        .await?;

    let ledger = Arc::new(Ledger::default());
    let running = Payments {
        feed: Feed::new(ORDERS, Duration::from_millis(2)),
        banks: Arc::clone(&banks),
        ledger: Arc::clone(&ledger),
    };
    let running = running.start()?;
    let checking = tokio::spawn({
        let banks = Arc::clone(&banks);
        async move {
            banks
                .keep_checking(Duration::from_millis(10), Duration::from_millis(100))
                .await;
        }
    });

    until_paid(&ledger, BEFORE_SWITCH).await?;
    drop(
        banks
            .switch("main", || make("fresh", fresh.address()))
            .await?,
    );
    println!("the main bank is replaced");
    let report = running.wait().await;
    checking.abort();
    println!("{report}");
    banks
        .close_all(Closing::Reverse, Duration::from_secs(5))
        .await?;
    println!("{}", diary.read().join(", "));

    assert!(report.is_clean());
    report.balance()?;
    let at = [&flaky, &steady, &fresh].map(|bank| bank.seen().charged.into_keys().collect());
    assert_every_order_once(&ledger, &at);
    let [flaky, steady, fresh] = at;
    assert!(!steady.is_empty(), "the spare bank took over");
    assert!(
        flaky.len() as u64 > OUTAGE.after,
        "the main bank was found to be back"
    );
    assert!(
        fresh.contains(&(ORDERS - 1)),
        "the new bank charged the last order"
    );
    assert_eq!(
        diary.read(),
        [
            "opened flaky",
            "opened steady",
            "opened fresh",
            "closed flaky",
            "closed fresh",
            "closed steady"
        ]
    );
    let refused = banks.call(Order { id: 0, cents: 1 }).await.unwrap_err();
    assert_eq!(refused.to_string(), "`banks` is closed");
    Ok(())
}

/// As it would stand in a file.
fn config(name: &str, address: SocketAddr) -> Value {
    json!({ "name": name, "address": address })
}

async fn until_paid(ledger: &Ledger, orders: usize) -> Result<(), Box<dyn Error>> {
    let mut ticks = interval(Duration::from_millis(5));
    let paid = async {
        while ledger.read().paid.len() < orders {
            ticks.tick().await;
        }
    };
    Ok(timeout(Duration::from_mins(1), paid).await?)
}

/// Each line of the feed was paid at one bank, or rejected because it is no order.
fn assert_every_order_once(ledger: &Ledger, at: &[BTreeSet<u64>; 3]) {
    let pages = ledger.read();
    let rejected = pages.rejected.iter().filter_map(Reject::order);
    let charged = at.iter().flatten().copied();
    let mut orders: Vec<u64> = charged.chain(rejected).collect();
    orders.sort_unstable();
    assert!(orders.into_iter().eq(1..=ORDERS));
    assert_eq!(
        pages.paid.len(),
        at.iter().map(BTreeSet::len).sum::<usize>()
    );
}
