use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { timeout: 5s, deadline: 5s, on_error: skip };
        orders -> charge;
    }
}

fn main() {}
