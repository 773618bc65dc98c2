use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 4, key: customer };
        orders -> charge;
    }
}

fn main() {}
