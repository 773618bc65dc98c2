use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge;
        handler defer;
        orders -> charge;
        charge.overflow -> defer;
    }
}

fn main() {}
