use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: 0/s, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
