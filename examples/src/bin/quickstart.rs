//! The README's first program, word for word: `cargo run -p examples --bin quickstart`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use electrician::prelude::*;
use tokio::time::{Duration, sleep};

#[generator]
fn read_lines() -> impl Iterator<Item = String> {
    "250 1200 free 80 475 n/a".split(' ').map(String::from)
}

#[handler]
fn parse_price(line: &str) -> Result<u64, std::num::ParseIntError> {
    line.parse()
}

#[handler]
async fn charge_card(cents: &u64, calls: &AtomicU64) -> Result<u64, String> {
    sleep(Duration::from_millis(10)).await; // the bank is far away
    let busy = calls.fetch_add(1, Relaxed) < 3;
    if busy { Err("busy".into()) } else { Ok(*cents) }
}

#[handler]
fn add_up(cents: u64, total: &AtomicU64) {
    total.fetch_add(cents, Relaxed);
}

#[handler]
fn log_reject(failure: &AnyFailure) {
    eprintln!("{failure}");
}

pipeline! {
    Till(total: Arc<AtomicU64>) {
        generator lines  = read_lines();
        handler   parse  = parse_price;
        handler   charge = charge_card(AtomicU64::new(0)) {
            workers: 8, timeout: 1s, retry: { attempts: 5, backoff: 10ms..1s, idempotent },
        };
        handler   add    = add_up(total);
        handler   reject = log_reject;

        lines -> parse -> charge -> add;
        [parse.error, charge.error] -> reject;
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
