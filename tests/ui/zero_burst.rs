use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 100/s, burst: 0 }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
