use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Inner {
        generator orders;
        output receipts: u64;
        orders -> receipts;
    }

    Shop {
        generator orders;
        pipeline inner = Inner;
        handler store;
        orders -> inner -> store;
    }
}

fn main() {}
