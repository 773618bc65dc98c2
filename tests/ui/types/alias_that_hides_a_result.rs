use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

type Charged = Result<u64, std::fmt::Error>;

#[handler]
fn charge(order: u64) -> Charged {
    Ok(order)
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler charge;
        handler store;
        orders -> charge -> store;
    }
}

fn main() {}
