use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64, _table: &str) {}

pipeline! {
    Shop {
        generator orders;
        handler store = store(5);
        orders -> store;
    }
}

fn main() {}
