use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
async fn store(order: u64) {
    let order = std::rc::Rc::new(order);
    tokio::task::yield_now().await;
    drop(order);
}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
