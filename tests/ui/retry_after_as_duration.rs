use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { attempts: 3, retry_after: 2s, idempotent }, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
