use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = std::rc::Rc<u64>> {
    std::iter::empty()
}

#[handler]
fn store(_order: std::rc::Rc<u64>) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
