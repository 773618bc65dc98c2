use electrician::provider::{Combine, DynRequestResponse, RequestResponse};
use electrician::resilience::{Chain, Retry};
use std::io;

async fn weigh(scales: DynRequestResponse<u32, u32, io::Error>) {
    let scales = scales.protected(Chain::new().retry(Retry::up_to(3)));
    let _ = scales.call(1).await;
}

fn main() {}
