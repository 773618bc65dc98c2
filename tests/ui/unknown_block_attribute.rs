use electrician::pipeline;

pipeline! {
    #![inspekt]
    Shop { generator orders; orders -> _; }
}

fn main() {}
