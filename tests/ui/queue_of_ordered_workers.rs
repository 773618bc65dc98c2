use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 4, ordered, rate_limit: { rate: 10/s, queue: { capacity: 100 } }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
