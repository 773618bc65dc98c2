use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { failure_rate: 2.0 } };
        orders -> charge;
    }
}

fn main() {}
