use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { attempts: 0, idempotent } };
        orders -> charge;
    }
}

fn main() {}
