use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge;
        orders -> charge;
        charge.error -> charge;
    }
}

fn main() {}
