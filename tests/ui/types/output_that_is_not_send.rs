use electrician::prelude::*;
use std::rc::Rc;

#[handler]
fn wrap(order: u64) -> Rc<u64> {
    Rc::new(order)
}

pipeline! {
    Shop {
        input orders: u64;
        handler wrap;
        output wrapped: Rc<u64>;
        orders -> wrap -> wrapped;
    }
}

#[tokio::main]
async fn main() -> Result<(), electrician::Error> {
    let shop = Shop.start()?;
    let _ = shop.orders.send(1).await;
    let _ = futures_util::StreamExt::next(&mut shop.wrapped.clone()).await;
    Ok(())
}
