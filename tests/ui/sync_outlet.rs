use electrician::{Outlet, generator};

#[generator]
fn orders(_out: Outlet<u64>) {}

fn main() {}
