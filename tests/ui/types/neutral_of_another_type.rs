use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(_order: &u64) {}

#[handler]
fn park(_order: String) {}

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { consecutive: 5 } };
        handler park;
        orders -> charge;
        charge.neutral -> park;
    }
}

fn main() {}
