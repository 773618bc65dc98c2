use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

pipeline! {
    Shop {
        generator orders;
        orders -> map(|order| order.total) -> _;
    }
}

fn main() {}
