#![deny(deprecated)]

use electrician::prelude::*;

#[generator]
fn orders() -> impl Iterator<Item = u64> {
    0..10
}

#[handler]
fn charge(_order: &u64) -> Result<(), std::io::Error> {
    Ok(())
}

pipeline! {
    Shop {
        generator orders;
        handler charge {
            breaker: { consecutive: 5, when: |error| error.raw_os_error().is_some(), when_open: wait },
            retry: { attempts: 3, idempotent },
            on_error: skip,
        };
        orders -> charge;
    }
}

fn main() {}
