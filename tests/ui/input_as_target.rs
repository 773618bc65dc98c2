use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        input lines: String;
        orders -> lines;
        lines -> _;
    }
}

fn main() {}
