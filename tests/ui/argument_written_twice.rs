use electrician::handler;

#[handler(blocking, blocking)]
fn parse(line: String) -> u64 {
    line.len() as u64
}

fn main() {}
