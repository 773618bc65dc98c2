use electrician::generator;

#[generator(every = "1")]
fn tick() -> Option<u64> {
    Some(1)
}

fn main() {}
