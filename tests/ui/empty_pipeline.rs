use electrician::pipeline;

pipeline! {
    Shop {

    }
}

fn main() {}
