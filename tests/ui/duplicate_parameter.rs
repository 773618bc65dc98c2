use electrician::pipeline;

pipeline! {
    Shop(feed: u8, feed: u8) {
        generator orders = poll(feed);
        orders -> _;
    }
}

fn main() {}
