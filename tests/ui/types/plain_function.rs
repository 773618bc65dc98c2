use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
