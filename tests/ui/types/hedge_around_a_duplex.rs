use electrician::provider::{Combine, Duplex, DynDuplex};
use electrician::resilience::{Chain, Hedge};
use std::{io, time::Duration};

fn talk(_line: impl Duplex<String>) {}

fn twice(line: DynDuplex<String, String, io::Error>) {
    let hedge = Hedge::after(Duration::from_millis(50));
    talk(line.protected(Chain::new().idempotent().hedge(hedge)));
}

fn main() {}
