use electrician::prelude::*;
use std::{cell::Cell, sync::Arc};

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
async fn count(order: u64, total: &Cell<u64>) -> u64 {
    total.set(total.get() + order);
    order
}

#[handler]
fn store(order: u64, last: &mut Arc<Cell<u64>>) {
    last.set(order);
}

pipeline! {
    Shop(total: Arc<Cell<u64>>) {
        generator orders;
        handler count = count(total);
        handler store = store(total);
        orders -> count -> store;
    }
}

fn main() {}
