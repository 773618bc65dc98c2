use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { on_error: ignore };
        orders -> parse;
    }
}

fn main() {}
