use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> audit;
    }
}

fn main() {}
