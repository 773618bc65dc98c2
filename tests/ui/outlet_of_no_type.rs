use electrician::{Outlet, generator};

#[generator]
async fn orders(_out: Outlet) {}

fn main() {}
