use electrician::pipeline;

pipeline! {
    (feed: Feed) {
        generator orders = poll(feed);
        orders -> _;
    }
}

fn main() {}
