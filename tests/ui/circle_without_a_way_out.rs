use electrician::pipeline;

pipeline! {
    Shop {
        input orders: u64;
        handler halve = |order: u64| order / 2;
        handler again = |order: u64| order;
        orders -> halve -> again;
        again -> halve with { feedback, buffer: 64, overflow: drop_newest };
    }
}

fn main() {}
