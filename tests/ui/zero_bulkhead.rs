use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 4, bulkhead: 0 };
        orders -> charge;
    }
}

fn main() {}
