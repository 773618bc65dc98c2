use electrician::prelude::*;

#[handler]
fn parse(line: String) -> u64 {
    line.len() as u64
}

#[handler]
fn store(_: u64) {}

pipeline! {
    Shop() {
        input   lines : String;
        handler parse { timeout: 2s, on_error: skip };
        handler store;

        lines -> parse -> store;
    }
}

fn main() {}
