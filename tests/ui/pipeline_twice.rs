use electrician::prelude::*;

pipeline! {
    Shop() {
        input  orders : u64;
        output sold   : u64;
        orders -> sold;
    }

    Shop() {
        input  orders : u64;
        output sold   : u64;
        orders -> sold;
    }
}

fn main() {}
