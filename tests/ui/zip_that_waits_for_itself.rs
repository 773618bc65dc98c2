use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler sum;
        handler last;
        zip [orders, last] -> sum;
        sum -> last with { feedback, buffer: 1, overflow: drop_oldest };
    }
}

fn main() {}
