use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { burst: 20 }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
