use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> parse;
        orders -> parse;
    }
}

fn main() {}
