use electrician::pipeline;

pipeline! {
    Shop(feed: Feed)
}

fn main() {}
