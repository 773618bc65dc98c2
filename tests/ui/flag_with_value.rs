use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { keep_item: true };
        orders -> charge;
    }
}

fn main() {}
