use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Inner {
        input lines: String;
        output receipts: String;
        lines -> receipts;
    }

    Shop {
        generator orders;
        pipeline inner = Inner;
        handler store;
        orders -> inner -> store;
    }
}

fn main() {}
