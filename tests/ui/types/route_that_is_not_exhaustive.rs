use electrician::prelude::*;

enum Order {
    Paid(u64),
    Open,
}

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order::Paid(1), Order::Open].into_iter()
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> match { Order::Paid(id) => id -> store };
    }
}

fn main() {}
