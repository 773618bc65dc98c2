use electrician::handler;

#[handler]
fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or("")
}

fn main() {}
