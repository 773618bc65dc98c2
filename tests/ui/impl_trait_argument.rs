use electrician::handler;

#[handler]
fn store(order: u64, log: &impl Fn(u64)) {
    log(order);
}

fn main() {}
