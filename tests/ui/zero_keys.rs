use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, key: |order| order.customer, keys: 0 } };
        orders -> charge;
    }
}

fn main() {}
