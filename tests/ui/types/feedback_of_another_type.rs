use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn crawl(order: u64) -> String {
    order.to_string()
}

pipeline! {
    Shop {
        generator orders;
        handler crawl;
        orders -> crawl;
        crawl -> crawl with { feedback, buffer: 8, overflow: fail };
    }
}

fn main() {}
