use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { failure_rate: 0.5, consecutive: 5 }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
