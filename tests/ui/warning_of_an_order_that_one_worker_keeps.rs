#![deny(deprecated)]

use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn double(order: u64) -> u64 {
    order * 2
}

pipeline! {
    Shop {
        generator orders;
        handler double { workers: 1, ordered };
        orders -> double -> _;
    }
}

fn main() {}
