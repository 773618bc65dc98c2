use electrician::prelude::*;

#[handler]
async fn charge(order: u32) -> u32 {
    order
}

pipeline! {
    Shop {
        input   orders : u32;
        handler charge { chaos: 0.1 };
        orders -> charge -> _;
    }
}

fn main() {}
