use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> parse with { overflow: drop };
    }
}

fn main() {}
