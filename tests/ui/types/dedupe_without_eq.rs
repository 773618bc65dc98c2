use electrician::prelude::*;

struct Order;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order].into_iter()
}

pipeline! {
    Shop {
        generator orders;
        orders -> dedupe() -> _;
    }
}

fn main() {}
