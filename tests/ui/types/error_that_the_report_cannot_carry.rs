use electrician::prelude::*;

struct Declined;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(_order: &u64) -> Result<(), Declined> {
    Err(Declined)
}

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: stop };
        orders -> charge;
    }
}

fn main() {}
