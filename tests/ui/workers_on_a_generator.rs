use electrician::pipeline;

pipeline! {
    Shop {
        generator orders { workers: 4 };
        orders -> _;
    }
}

fn main() {}
