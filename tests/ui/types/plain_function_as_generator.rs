use electrician::prelude::*;

fn orders() -> std::ops::Range<u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
