//! Options have no braces.

use electrician::prelude::*;
use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

#[generator]
fn read_prices() -> impl Iterator<Item = String> {
    "250 1200 free 80 475 n/a".split(' ').map(String::from)
}

#[handler]
fn parse_price(text: &str) -> Result<u64, std::num::ParseIntError> {
    text.parse()
}

#[handler]
async fn charge_card(cents: &u64, total: &AtomicU64) -> Result<(), String> {
    tokio::time::sleep(std::time::Duration::from_millis(5)).await; // the bank is far away
    total.fetch_add(*cents, Relaxed);
    Ok(())
}

pipeline! {
    Till(total: Arc<AtomicU64>) {
        generator prices = read_prices();
        handler   parse  = parse_price, on_error: skip;
        handler   charge = charge_card(total) { workers: 8, timeout: 2s, on_error: stop };

        prices -> parse -> charge;
    }
}

#[tokio::main]
async fn main() -> Result<(), electrician::Error> {
    let total = Arc::new(AtomicU64::new(0));
    let report = Till::new(total.clone()).start()?.wait().await;
    println!("{report}");
    assert_eq!(total.load(Relaxed), 250 + 1200 + 80 + 475); // all but `free` and `n/a`
    Ok(())
}
