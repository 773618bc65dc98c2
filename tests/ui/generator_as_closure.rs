use electrician::pipeline;

pipeline! {
    Shop {
        generator orders = || 3;
        orders -> _;
    }
}

fn main() {}
