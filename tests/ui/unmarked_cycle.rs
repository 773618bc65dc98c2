use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        handler store;
        handler audit;
        orders -> parse -> store -> audit -> store;
    }
}

fn main() {}
