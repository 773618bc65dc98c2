use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order(1)].into_iter()
}

struct Order(u64);

#[handler]
async fn charge(order: &Order) -> Result<u64, std::fmt::Error> {
    Ok(order.0)
}

pipeline! {
    Shop {
        generator orders;
        handler charge { fallback: "nothing" };
        orders -> charge -> _;
    }
}

fn main() {}
