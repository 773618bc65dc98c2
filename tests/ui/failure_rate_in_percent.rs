use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { failure_rate: 50 } };
        orders -> charge;
    }
}

fn main() {}
