use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: 4 };
        orders -> charge;
    }
}

fn main() {}
