use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 8, bulkhead: 16, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
