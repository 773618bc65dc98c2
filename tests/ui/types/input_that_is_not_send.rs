use electrician::prelude::*;
use std::rc::Rc;

#[handler]
fn store(_order: Rc<u64>) {}

pipeline! {
    Shop {
        input orders: Rc<u64>;
        handler store;
        orders -> store;
    }
}

#[tokio::main]
async fn main() -> Result<(), electrician::Error> {
    let shop = Shop.start()?;
    let _ = shop.orders.send(Rc::new(1)).await;
    shop.wait().await;
    Ok(())
}
