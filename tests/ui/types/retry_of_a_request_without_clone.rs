use electrician::provider::{Combine, DynRequestResponse, RequestResponse};
use electrician::resilience::{Chain, Retry};
use std::io;

struct Parcel;

async fn weigh(scales: DynRequestResponse<Parcel, u32, io::Error>) {
    let scales = scales.protected(Chain::new().idempotent().retry(Retry::up_to(3)));
    let _ = scales.call(Parcel).await;
}

fn main() {}
