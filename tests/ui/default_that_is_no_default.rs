use electrician::pipeline;

pipeline! {
    Shop {
        defaults { ordered }
        generator orders;
        orders -> _;
    }
}

fn main() {}
