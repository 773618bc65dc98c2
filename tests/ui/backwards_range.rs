use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { attempts: 4, backoff: 2s..50ms, idempotent } };
        orders -> charge;
    }
}

fn main() {}
