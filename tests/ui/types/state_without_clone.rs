use electrician::prelude::*;

struct Seen;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64, _seen: &mut Seen) {}

pipeline! {
    Shop(seen: Seen) {
        generator orders;
        handler store = store(seen);
        orders -> store;
    }
}

fn main() {}
