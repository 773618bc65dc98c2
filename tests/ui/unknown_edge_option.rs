use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> parse with { capacity: 256 };
    }
}

fn main() {}
