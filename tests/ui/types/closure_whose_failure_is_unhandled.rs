use electrician::prelude::*;

#[derive(Debug)]
struct Declined;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

pipeline! {
    Shop {
        generator orders;
        handler charge = |_order: u64| -> Result<u64, Declined> { Err(Declined) };
        orders -> charge -> _;
    }
}

fn main() {}
