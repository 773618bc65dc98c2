use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { rate_limit: { rate: 10/s, queue: { capacity: 100 } }, on_error: skip };
        orders -> charge;
        charge -> charge with { feedback, buffer: 64, overflow: drop_newest };
    }
}

fn main() {}
