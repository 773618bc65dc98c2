use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        filter(|order| order.paid) -> parse;
        orders -> _;
    }
}

fn main() {}
