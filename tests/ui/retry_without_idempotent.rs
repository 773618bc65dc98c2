use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { retry: { attempts: 4 } };
        orders -> charge;
    }
}

fn main() {}
