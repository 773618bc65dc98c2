use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 0 };
        orders -> charge;
    }
}

fn main() {}
