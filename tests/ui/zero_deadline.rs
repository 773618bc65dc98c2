use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { deadline: 0s, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
