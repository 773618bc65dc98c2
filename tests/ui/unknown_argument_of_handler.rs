use electrician::handler;

#[handler(blockin)]
fn parse(line: &str) -> u64 {
    line.len() as u64
}

fn main() {}
