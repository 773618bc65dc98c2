use electrician::prelude::*;
use std::rc::Rc;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(_order: &u64) -> Result<(), Rc<str>> {
    Ok(())
}

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: skip };
        orders -> charge;
    }
}

fn main() {}
