use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> parse(4);
    }
}

fn main() {}
