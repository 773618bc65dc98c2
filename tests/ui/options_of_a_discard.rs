use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> _ with { buffer: 4 };
    }
}

fn main() {}
