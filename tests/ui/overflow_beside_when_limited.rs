use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, when_limited: wait } };
        handler defer;
        orders -> charge;
        charge.overflow -> defer;
    }
}

fn main() {}
