use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        generator ticks;
        orders -> ticks;
        ticks -> _;
    }
}

fn main() {}
