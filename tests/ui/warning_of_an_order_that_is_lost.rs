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

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler double { workers: 8, ordered };
        handler left = store;
        handler right = store;
        orders -> double -> any [left, right];
    }
}

fn main() {}
