use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> map() -> _;
    }
}

fn main() {}
