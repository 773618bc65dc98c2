use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { hedge: { after: 3s, idempotent }, timeout: 2s, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
