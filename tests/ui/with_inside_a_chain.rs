use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler store;
        orders -> parse with { buffer: 4 } -> store;
    }
}

fn main() {}
