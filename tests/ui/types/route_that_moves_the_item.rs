use electrician::prelude::*;

enum Order {
    Paid(String),
    Open,
}

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order::Paid(String::new()), Order::Open].into_iter()
}

#[handler]
fn store(_order: Order) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> match { Order::Paid(id) if id.is_empty() => _, Order::Paid(id) => store, Order::Open => _ };
    }
}

fn main() {}
