use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { ordered };
        orders -> charge;
    }
}

fn main() {}
