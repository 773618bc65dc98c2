use electrician::generator;

#[generator]
async fn orders() -> impl Iterator<Item = u64> {
    0..10
}

fn main() {}
