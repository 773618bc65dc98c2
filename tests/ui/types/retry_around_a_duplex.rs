use electrician::provider::{Combine, Duplex, DynDuplex};
use electrician::resilience::{Chain, Retry};
use std::io;

fn talk(_line: impl Duplex<String>) {}

fn on_and_on(line: DynDuplex<String, String, io::Error>) {
    talk(line.protected(Chain::new().idempotent().retry(Retry::up_to(3))));
}

fn main() {}
