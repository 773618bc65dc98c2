use electrician::generator;

#[generator]
fn order() -> u64 {
    1
}

fn main() {}
