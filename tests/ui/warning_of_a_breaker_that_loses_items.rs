#![deny(deprecated)]

use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(_order: &u64) -> Result<(), std::fmt::Error> {
    Ok(())
}

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { consecutive: 5, cooldown: 30s }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
