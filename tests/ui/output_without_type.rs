use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        output receipts;
        orders -> receipts;
    }
}

fn main() {}
