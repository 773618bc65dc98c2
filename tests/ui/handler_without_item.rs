use electrician::handler;

#[handler]
fn parse() -> u64 {
    1
}

fn main() {}
