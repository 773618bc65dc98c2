use electrician::generator;

#[generator(every = "0s")]
async fn orders() -> Option<u64> {
    Some(1)
}

fn main() {}
