use electrician::prelude::*;

struct Order;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order].into_iter()
}

pipeline! {
    Shop {
        generator orders;
        orders -> distinct() -> _;
    }
}

fn main() {}
