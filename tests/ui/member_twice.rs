use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> [parse, parse];
    }
}

fn main() {}
