use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> parse with { feedback, buffer: 64, overflow: fail };
    }
}

fn main() {}
