use electrician::prelude::*;
use std::cell::Cell;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
async fn store(order: u64, total: &Cell<u64>) {
    total.set(total.get() + order);
}

pipeline! {
    Shop {
        generator orders;
        handler store = store(Cell::new(0));
        orders -> store;
    }
}

fn main() {}
