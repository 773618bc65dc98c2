use electrician::handler;

#[handler]
fn count(order: usize, seen: &mut [u8]) {
    seen[order] += 1;
}

fn main() {}
