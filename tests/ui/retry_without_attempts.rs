use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { backoff: 50ms..2s, idempotent } };
        orders -> charge;
    }
}

fn main() {}
