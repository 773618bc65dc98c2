use electrician::pipeline;

pipeline! {
    Shop {
        generator orders = ;
        orders -> _;
    }
}

fn main() {}
