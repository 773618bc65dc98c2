use electrician::handler;

#[handler]
fn show(order: impl std::fmt::Display) -> String {
    order.to_string()
}

fn main() {}
