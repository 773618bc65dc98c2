use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler audit;
        orders -> zip [parse, audit];
    }
}

fn main() {}
