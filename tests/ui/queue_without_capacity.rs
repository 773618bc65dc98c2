use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, queue: { priority: |order| order.urgency } }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
