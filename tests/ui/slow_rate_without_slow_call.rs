use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { slow_rate: 0.5 } };
        orders -> charge;
    }
}

fn main() {}
