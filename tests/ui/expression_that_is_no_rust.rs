use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler store;
        orders -> map(|order| order + ) -> store;
    }
}

fn main() {}
