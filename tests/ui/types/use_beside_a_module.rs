use electrician::prelude::*;

mod parse {
    use electrician::prelude::*;

    #[handler]
    pub fn parse(line: String) -> usize {
        line.len()
    }
}

use parse::parse;

pipeline! {
    Import {
        input lines: String;
        handler parse;
        output sizes: usize;
        lines -> parse -> sizes;
    }
}

fn main() {}
