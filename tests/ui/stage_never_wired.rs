use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler audit;
        orders -> parse;
    }
}

fn main() {}
