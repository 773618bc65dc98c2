use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { hedge: 50ms };
        orders -> charge;
    }
}

fn main() {}
