use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

type Found = Option<u64>;

#[handler]
fn find(order: u64) -> Found {
    Some(order)
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler find;
        handler store;
        orders -> find -> store;
    }
}

fn main() {}
