use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> any [parse];
    }
}

fn main() {}
