use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, key: |order| order.customer, keys: 100, queue: { capacity: 100 } }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
