use electrician::prelude::*;
use std::rc::Rc;

#[generator]
fn orders() -> impl Iterator<Item = Rc<u64>> {
    (0..10).map(Rc::new)
}

pipeline! {
    Shop {
        generator orders;
        handler show = |order: Rc<u64>| println!("{order}");
        orders -> show;
    }
}

fn main() {}
