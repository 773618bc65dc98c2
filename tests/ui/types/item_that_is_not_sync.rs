use electrician::prelude::*;
use std::cell::Cell;

#[generator]
fn orders() -> impl Iterator<Item = Cell<u64>> {
    (0..10).map(Cell::new)
}

#[handler]
async fn store(order: &Cell<u64>) {
    tokio::task::yield_now().await;
    order.set(0);
}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
