use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { failure_rate: 0.5, probes: 0 } };
        orders -> charge;
    }
}

fn main() {}
