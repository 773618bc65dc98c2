use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop(limit: String) {
        generator orders;
        handler store { workers: limit };
        orders -> store;
    }
}

fn main() {}
