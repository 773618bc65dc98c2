use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        generator more = orders;
        handler store;
        zip [orders, more] -> store;
    }
}

fn main() {}
