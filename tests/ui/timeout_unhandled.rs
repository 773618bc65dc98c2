use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { timeout: 2s };
        orders -> charge;
    }
}

fn main() {}
