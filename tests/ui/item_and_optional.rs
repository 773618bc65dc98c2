use electrician::handler;

type Found = Option<u64>;

#[handler(item, optional)]
fn parse(line: String) -> Found {
    line.parse().ok()
}

fn main() {}
