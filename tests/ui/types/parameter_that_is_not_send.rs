use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64, _log: &str) {}

pipeline! {
    Shop(log: std::rc::Rc<str>) {
        generator orders;
        handler store = store(log);
        orders -> store;
    }
}

fn main() {}
