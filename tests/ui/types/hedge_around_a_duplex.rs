use electrician::provider::{Combine, Duplex, DynDuplex};
use electrician::resilience::{Chain, Hedge};
use std::{io, time::Duration};

async fn talk(line: DynDuplex<String, String, io::Error>) {
    let hedge = Hedge::after(Duration::from_millis(50));
    let line = line.protected(Chain::new().idempotent().hedge(hedge));
    let _ = line.connect().await;
}

fn main() {}
