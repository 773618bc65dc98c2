use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { concurrency: 4 };
        orders -> parse;
    }
}

fn main() {}
