use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler store;
        orders -> match { _ => parse } -> store;
    }
}

fn main() {}
