use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

#[handler]
fn audit(_line: String) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        handler audit;
        orders -> any [store, audit];
    }
}

fn main() {}
