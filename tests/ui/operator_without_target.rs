use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> map(|order| order.id);
    }
}

fn main() {}
