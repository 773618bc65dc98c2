use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { on_panic: { restarts: 5 } };
        orders -> charge;
    }
}

fn main() {}
