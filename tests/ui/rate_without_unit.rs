use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> throttle(100) -> _;
    }
}

fn main() {}
