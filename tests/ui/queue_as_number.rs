use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, queue: 100 }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
