use electrician::{Outlet, generator};

#[generator]
async fn orders(_out: &mut Outlet<u64>) {}

fn main() {}
