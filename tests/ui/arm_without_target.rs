use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> match { 1 => parse, 2 };
    }
}

fn main() {}
