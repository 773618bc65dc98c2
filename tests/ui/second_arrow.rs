use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler audit;
        orders -> parse;
        orders -> audit;
    }
}

fn main() {}
