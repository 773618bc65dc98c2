use electrician::prelude::*;

#[handler]
fn store(_order: u64) {}

pipeline! {
    Shop {
        input lines: u64;
        handler store;
        lines -> store;
    }
}

fn main() {
    let running = Shop.start().unwrap();
    drop(running.lines.send("one"));
}
