use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> fliter(|order| order.paid) -> parse;
    }
}

fn main() {}
