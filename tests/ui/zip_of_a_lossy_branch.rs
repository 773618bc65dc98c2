use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler left { on_error: skip };
        handler right;
        handler store;
        orders -> [left, right];
        zip [left, right] -> store;
    }
}

fn main() {}
