use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { buffer: 0 };
        orders -> charge;
    }
}

fn main() {}
