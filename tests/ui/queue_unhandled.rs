use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, queue: { capacity: 100 } } };
        orders -> charge;
    }
}

fn main() {}
