use electrician::generator;

#[generator]
fn orders() -> Result<impl Iterator<Item = u64>, std::io::Error> {
    Ok(0..10)
}

fn main() {}
