use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { window: 10, min_calls: 20 }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
