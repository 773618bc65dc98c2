use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
async fn store(_order: u64) {}

pipeline! {
    Shop(limit: u64) {
        generator orders;
        handler store { on_error: skip, timeout: limit };
        orders -> store;
    }
}

fn main() {}
