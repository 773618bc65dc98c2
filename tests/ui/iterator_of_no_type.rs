use electrician::handler;

#[handler]
fn split(line: String) -> impl Iterator {
    line.chars().collect::<Vec<_>>().into_iter()
}

fn main() {}
