use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler rejects;
        orders -> parse;
        parse.err -> rejects;
    }
}

fn main() {}
