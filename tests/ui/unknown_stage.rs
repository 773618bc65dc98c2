use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse;
        orders -> pasre;
    }
}

fn main() {}
