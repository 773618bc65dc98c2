use electrician::pipeline;

pipeline! {
    Shop() -> u64 {
        generator orders;
        orders -> _;
    }
}

fn main() {}
