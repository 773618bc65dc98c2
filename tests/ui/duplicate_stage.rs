use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler parse;
        orders -> parse;
    }
}

fn main() {}
