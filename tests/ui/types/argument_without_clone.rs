use electrician::prelude::*;

struct Table;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn store(_order: u64, _table: Table) {}

pipeline! {
    Shop(table: Table) {
        generator orders;
        handler store = store(table);
        orders -> store;
    }
}

fn main() {}
