use electrician::prelude::*;
use std::rc::Rc;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(order: u64, seen: &mut Vec<Rc<u64>>) {
    seen.push(Rc::new(order));
}

pipeline! {
    Shop {
        generator orders;
        handler store = store(Vec::new());
        orders -> store;
    }
}

fn main() {}
