use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler left;
        handler right;
        handler even;
        handler store;
        orders -> [left, right];
        left -> filter(|order| order % 2 == 0) -> even;
        zip [even, right] -> store;
    }
}

fn main() {}
