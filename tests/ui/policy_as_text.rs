use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: "skip" };
        orders -> charge;
    }
}

fn main() {}
