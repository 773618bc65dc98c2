use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = Order> {
    [Order(1)].into_iter()
}

struct Order(u64);

#[handler]
async fn charge(order: Order) -> u64 {
    order.0
}

pipeline! {
    Shop {
        generator orders;
        handler charge { hedge: { after: 50ms, idempotent } };
        orders -> charge -> _;
    }
}

fn main() {}
