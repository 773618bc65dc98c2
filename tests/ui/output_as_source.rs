use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        output receipts: Receipt;
        handler store;
        orders -> receipts -> store;
    }
}

fn main() {}
