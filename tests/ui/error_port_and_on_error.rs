use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { on_error: skip };
        handler rejects;
        orders -> parse;
        parse.error -> rejects;
    }
}

fn main() {}
