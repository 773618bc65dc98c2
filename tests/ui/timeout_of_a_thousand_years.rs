use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { timeout: 400000d, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
