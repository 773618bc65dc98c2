use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler charge { deadline: 5s };
        orders -> charge;
    }
}

fn main() {}
