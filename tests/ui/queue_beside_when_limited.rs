use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, queue: { capacity: 100 }, when_limited: reject }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
