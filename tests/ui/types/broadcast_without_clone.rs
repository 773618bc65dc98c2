use electrician::prelude::*;

struct Order;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order].into_iter()
}

#[handler]
fn store(_order: Order) {}

#[handler]
fn audit(_order: Order) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        handler audit;
        orders -> [store, audit];
    }
}

fn main() {}
