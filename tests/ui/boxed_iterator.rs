use electrician::handler;

#[handler]
fn split(line: String) -> Box<dyn Iterator<Item = char> + Send> {
    Box::new(line.chars().collect::<Vec<_>>().into_iter())
}

fn main() {}
