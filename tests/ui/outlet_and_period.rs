use electrician::{Outlet, generator};

#[generator(every = "1s")]
async fn orders(_out: Outlet<u64>) -> Option<u64> {
    None
}

fn main() {}
