use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { slow_call: 3s }, timeout: 2s, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
