use electrician::prelude::*;
use std::rc::Rc;

#[generator]
async fn orders(mut out: Outlet<Rc<u64>>) {
    let _ = out.send(Rc::new(1)).await;
}

#[handler]
fn store(_order: Rc<u64>) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
