use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { hedge: { idempotent } };
        orders -> charge;
    }
}

fn main() {}
