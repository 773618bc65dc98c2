use electrician::pipeline;

pipeline! {
    Shop {
        input lines: String;
        handler parse;
        handler rejects;
        lines -> parse;
        lines.error -> rejects;
    }
}

fn main() {}
