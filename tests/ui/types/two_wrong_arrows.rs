use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn parse(line: String) -> u32 {
    line.len() as u32
}

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler store;
        orders -> parse -> store;
    }
}

fn main() {}
