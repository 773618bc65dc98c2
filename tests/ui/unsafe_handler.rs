use electrician::handler;

#[handler]
unsafe fn parse(line: String) -> String {
    line
}

fn main() {}
