use electrician::handler;

#[handler]
fn remember<'a>(line: &'a str, last: &mut Option<&'a str>) {
    *last = Some(line);
}

fn main() {}
