use electrician::generator;

#[generator(every)]
async fn orders() -> Option<u64> {
    Some(1)
}

fn main() {}
