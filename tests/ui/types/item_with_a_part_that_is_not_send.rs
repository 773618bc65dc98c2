use electrician::prelude::*;
use std::rc::Rc;

struct Order(Rc<u64>);

#[generator]
fn numbers() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn order(number: u64) -> Order {
    Order(Rc::new(number))
}

#[handler]
fn store(order: &Order) {
    println!("{}", order.0);
}

pipeline! {
    Shop {
        generator numbers;
        handler order;
        handler store;
        numbers -> order -> store;
    }
}

fn main() {}
