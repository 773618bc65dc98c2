use electrician::handler;

#[handler]
fn parse(line: &str) -> Option<Result<u64, std::num::ParseIntError>> {
    Some(line.parse())
}

fn main() {}
