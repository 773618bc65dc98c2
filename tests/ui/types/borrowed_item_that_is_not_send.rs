use electrician::prelude::*;
use std::rc::Rc;

#[generator]
fn orders() -> impl Iterator<Item = Rc<u64>> {
    (0..10).map(Rc::new)
}

#[handler]
async fn store(order: &Rc<u64>) {
    tokio::task::yield_now().await;
    println!("{order}");
}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
