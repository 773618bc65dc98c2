use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler rejects;
        orders.error -> rejects;
    }
}

fn main() {}
