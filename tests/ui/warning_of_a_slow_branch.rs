#![deny(deprecated)]

use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        handler index = store { rate_limit: 5/s };
        orders -> [store, index];
    }
}

fn main() {}
