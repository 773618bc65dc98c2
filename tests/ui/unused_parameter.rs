use electrician::pipeline;

pipeline! {
    Shop(limit: u64) {
        generator orders;
        orders -> _;
    }
}

fn main() {}
