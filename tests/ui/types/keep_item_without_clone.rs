use electrician::prelude::*;

#[derive(Debug)]
struct Declined;

struct Order;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order].into_iter()
}

#[handler]
fn store(_order: Order) -> Result<(), Declined> {
    Err(Declined)
}

pipeline! {
    Shop {
        generator orders;
        handler store { keep_item, on_error: skip };
        orders -> store;
    }
}

fn main() {}
