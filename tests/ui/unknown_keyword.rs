use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handlr parse;
        orders -> parse;
    }
}

fn main() {}
