use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(order: u64) -> u64 {
    order
}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
