use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { key: |order| order.customer };
        orders -> charge;
    }
}

fn main() {}
