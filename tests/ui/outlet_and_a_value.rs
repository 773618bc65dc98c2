use electrician::{Outlet, generator};

#[generator]
async fn orders(_out: Outlet<u64>) -> u64 {
    1
}

fn main() {}
