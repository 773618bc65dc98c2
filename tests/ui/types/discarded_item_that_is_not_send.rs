use electrician::prelude::*;
use std::rc::Rc;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn wrap(order: u64) -> Rc<u64> {
    Rc::new(order)
}

pipeline! {
    Shop {
        generator orders;
        handler wrap;
        orders -> wrap -> _;
    }
}

fn main() {}
