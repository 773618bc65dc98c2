use electrician::prelude::*;

#[derive(Debug)]
struct Declined;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(order: &u64) -> Result<u64, Declined> {
    if *order > 0 { Ok(*order) } else { Err(Declined) }
}

#[handler]
fn store(_order: u64) {}

#[handler]
fn rejects(_failure: AnyFailure) {}

pipeline! {
    Shop {
        generator orders;
        handler charge;
        handler store;
        handler rejects;
        orders -> charge -> store;
        charge.error -> rejects;
    }
}

fn main() {}
