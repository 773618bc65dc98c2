//! Surveys a source tree: `cargo run --release -p examples --bin survey -- [DIR]`.

use std::path::PathBuf;

use examples::survey::{plain, read, table};

fn main() {
    let root = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    print!(
        "{}",
        table::render(&plain::survey_plainly(&root, read::LIMIT))
    );
}
