use electrician::pipeline;

pipeline! {
    Shop {
        generator orders;
        handler parse { on_error: skip };
        handler charge;
        handler store;
        handler audit;
        handler rejects;
        orders -> parse -> chrage -> store -> parse;
        parse.error -> rejects;
        charge.neutral -> rejects;
        [orders] -> audit;
    }
}

fn main() {}
