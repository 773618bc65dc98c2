use electrician::{Outlet, handler};

#[handler]
async fn split(line: String, mut out: Outlet<String>) {
    let _ = out.send(line).await;
}

fn main() {}
