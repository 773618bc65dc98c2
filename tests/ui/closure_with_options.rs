use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler double = |x: u64| x * 2 { workers: 4 };
        orders -> double;
    }
}

fn main() {}
