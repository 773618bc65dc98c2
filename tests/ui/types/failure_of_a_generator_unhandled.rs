use electrician::prelude::*;

#[derive(Debug)]
struct Declined;

#[generator]
fn orders() -> impl Iterator<Item = Result<u64, Declined>> {
    (0..10).map(Ok)
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
