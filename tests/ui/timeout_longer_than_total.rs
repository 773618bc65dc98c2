use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { on_error: skip, timeout: 5s, retry: { attempts: 3, total: 2s, idempotent } };
        orders -> charge;
    }
}

fn main() {}
