use electrician::{Outlet, generator};

#[generator]
async fn orders(_new: Outlet<u64>, _old: Outlet<u64>) {}

fn main() {}
