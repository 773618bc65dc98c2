use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: skip, timeout: 2 };
        orders -> charge;
    }
}

fn main() {}
