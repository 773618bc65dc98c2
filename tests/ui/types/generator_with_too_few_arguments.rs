use electrician::prelude::*;

#[generator]
fn orders(count: u64) -> impl Iterator<Item = u64> {
    0..count
}

pipeline! {
    Shop {
        generator orders;
        orders -> _;
    }
}

fn main() {}
