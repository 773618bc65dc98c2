//! A stage that is not there: what is around the block still compiles.

use electrician::{Error, prelude::*, value::Rate};
use futures_util::StreamExt;
use std::time::Duration;

#[generator]
fn numbers(count: u64) -> impl Iterator<Item = u64> {
    0..count
}

#[handler]
async fn add(number: u64, base: &u64) -> u64 {
    number + base
}

pipeline! {
    pub Shop(count: u64, base: u64) {
        generator source = numbers(count);
        handler   add    = add(base) { rate_limit: 5/s, breaker: { consecutive: 3 } };
        input     more: u64;
        output    sums: u64;
        [source, more] -> ad -> sums;
    }
}

async fn around(shop: Shop) -> Result<u64, Error> {
    let _other = Shop::new(3, 4);
    println!("{}", Shop::TOPOLOGY.mermaid());
    let running: Running<Shop> = shop.start()?;
    running.stages().add.breaker().reset();
    running.stages().add.rate_limit().set(Rate::per_second(3));
    let ShopStages { source: _, add: _, .. } = running.stages();
    running.more.send(7).await.ok();
    let mut sums = running.sums.clone();
    let first: Option<u64> = sums.next().await;
    let report = running.drain(Duration::from_secs(1)).await;
    assert!(report.is_clean(), "{report}");
    Ok(first.unwrap_or_default())
}

fn main() {
    let _ = around(Shop { count: 3, base: 4 });
}
