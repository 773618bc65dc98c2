use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler audit;
        handler store;
        orders -> parse;
        audit -> store;
    }
}

fn main() {}
