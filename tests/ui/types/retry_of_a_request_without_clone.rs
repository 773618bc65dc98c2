use electrician::provider::{Combine, DynRequestResponse, RequestResponse};
use electrician::resilience::{Chain, Retry};
use std::io;

struct Parcel;

fn weigh(_scales: impl RequestResponse<Parcel>) {}

fn twice(scales: DynRequestResponse<Parcel, u32, io::Error>) {
    weigh(scales.protected(Chain::new().idempotent().retry(Retry::up_to(3))));
}

fn main() {}
