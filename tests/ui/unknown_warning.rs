use electrician::pipeline;

pipeline! {
    Shop {
        #![allow(W0402)]
        generator orders;
        handler store;
        orders -> store;
    }
}

fn main() {}
