use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { workers: 4 ordered };
        orders -> charge;
    }
}

fn main() {}
