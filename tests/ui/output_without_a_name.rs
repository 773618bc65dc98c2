use electrician::handler;

#[handler]
fn show(order: u64) -> impl std::fmt::Display {
    order
}

fn main() {}
