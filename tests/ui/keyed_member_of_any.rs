use electrician::prelude::*;

#[handler]
fn pack(_order: u64) {}

#[handler]
fn ship(_order: u64) {}

pipeline! {
    Shop() {
        input   orders : u64;
        handler pack { workers: 2, key: |order| order };
        handler ship;
        orders -> any [pack, ship];
    }
}

fn main() {}
