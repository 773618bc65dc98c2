use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> _ -> store;
    }
}

fn main() {}
