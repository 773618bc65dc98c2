use electrician::handler;

#[handler]
struct Order;

fn main() {}
