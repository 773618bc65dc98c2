use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { failure_rate: 0.5, when_open: reject } };
        orders -> charge;
    }
}

fn main() {}
