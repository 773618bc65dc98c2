use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        generator ticks;
        handler parse;
        any [orders, ticks] -> parse;
    }
}

fn main() {}
