use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

pipeline! {
    Shop {
        generator orders;
        output receipts: String;
        orders -> receipts;
    }
}

fn main() {}
