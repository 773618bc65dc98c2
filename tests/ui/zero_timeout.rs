use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: skip, timeout: 0s };
        orders -> charge;
    }
}

fn main() {}
