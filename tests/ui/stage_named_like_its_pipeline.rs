use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler Shop;
        orders -> Shop;
    }
}

fn main() {}
