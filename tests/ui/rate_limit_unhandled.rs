use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, when_limited: reject } };
        orders -> charge;
    }
}

fn main() {}
