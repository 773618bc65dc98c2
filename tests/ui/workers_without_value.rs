use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers };
        orders -> charge;
    }
}

fn main() {}
