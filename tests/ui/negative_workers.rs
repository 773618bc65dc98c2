use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: -1 };
        orders -> charge;
    }
}

fn main() {}
