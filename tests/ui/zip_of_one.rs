use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        zip [orders] -> parse;
    }
}

fn main() {}
