use electrician::generator;

#[generator(every = "1s")]
async fn orders() -> Vec<u64> {
    Vec::new()
}

fn main() {}
