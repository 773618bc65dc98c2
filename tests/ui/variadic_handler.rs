use electrician::handler;

#[handler]
fn sum(order: u64, more: ...) -> u64 {
    order
}

fn main() {}
