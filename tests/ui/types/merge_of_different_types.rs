use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[generator]
fn names() -> impl Iterator<Item = String> {
    ["a".to_owned()].into_iter()
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        generator names;
        handler store;
        [orders, names] -> store;
    }
}

fn main() {}
