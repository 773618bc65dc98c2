use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64, _seen: &mut Vec<u64>) {}

pipeline! {
    Shop {
        generator orders;
        handler store = store(String::new());
        orders -> store;
    }
}

fn main() {}
