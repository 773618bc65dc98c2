use electrician::handler;

#[handler(blocking fallible)]
fn parse(line: String) -> u64 {
    line.len() as u64
}

fn main() {}
