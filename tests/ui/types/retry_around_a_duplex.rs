use electrician::provider::{Combine, Duplex, DynDuplex};
use electrician::resilience::{Chain, Retry};
use std::io;

async fn talk(line: DynDuplex<String, String, io::Error>) {
    let line = line.protected(Chain::new().idempotent().retry(Retry::up_to(3)));
    let _ = line.connect().await;
}

fn main() {}
