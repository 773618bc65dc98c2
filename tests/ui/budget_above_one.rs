use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { attempts: 3, budget: 10.0, idempotent }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
