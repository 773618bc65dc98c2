use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { breaker: { consecutive: 5, key: |order| order.customer }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
