use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler rejects;
        orders -> parse;
        parse.error -> rejects.error;
    }
}

fn main() {}
