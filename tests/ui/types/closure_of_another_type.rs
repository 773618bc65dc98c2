use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

pipeline! {
    Shop {
        generator orders;
        handler double = |order: String| order;
        orders -> double -> _;
    }
}

fn main() {}
