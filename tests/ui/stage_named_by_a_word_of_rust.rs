use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler match;
        orders -> match;
    }
}

fn main() {}
