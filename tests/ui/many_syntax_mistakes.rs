use electrician::pipeline;

pipeline! {
    Shop {
        generator orders = ;
        handler parse { workers: , on_error: skip }
        handlr charge;
        output receipts;
        orders -> parse -> ;
        parse receipts;
    }
}

fn main() {}
