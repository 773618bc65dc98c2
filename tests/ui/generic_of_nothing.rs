use electrician::handler;

#[handler]
fn count<T: Default>(order: u64) -> u64 {
    order
}

fn main() {}
