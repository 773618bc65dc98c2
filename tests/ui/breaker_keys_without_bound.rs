use electrician::prelude::*;

pipeline! {
    Judgement {
        input   items : u32;
        handler judge = (|item: u32| item) { breaker: { consecutive: 5, key: |item| *item } };
        items -> judge -> _;
    }
}

fn main() {}
