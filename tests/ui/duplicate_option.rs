use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { workers: 4, workers: 8 };
        orders -> parse;
    }
}

fn main() {}
