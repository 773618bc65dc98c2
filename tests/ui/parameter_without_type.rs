use electrician::pipeline;

pipeline! {
    Shop(feed) {
        generator orders = poll(feed);
        orders -> _;
    }
}

fn main() {}
