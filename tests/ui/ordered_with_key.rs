use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 4, ordered, key: |order| order.customer };
        orders -> charge;
    }
}

fn main() {}
