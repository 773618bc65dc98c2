use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        orders -> ;
    }
}

fn main() {}
