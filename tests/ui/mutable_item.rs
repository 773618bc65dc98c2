use electrician::handler;

#[handler]
fn mark(order: &mut String) {
    order.push('!');
}

fn main() {}
