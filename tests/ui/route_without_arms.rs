use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> match { };
    }
}

fn main() {}
