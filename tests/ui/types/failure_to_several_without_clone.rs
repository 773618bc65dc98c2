use electrician::prelude::*;

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

#[handler]
async fn charge(_: &u32) -> Result<(), Refused> {
    Err(Refused)
}

#[handler]
fn log(_: AnyFailure) {}

#[handler]
fn alert(_: AnyFailure) {}

pipeline! {
    Shop {
        input   orders : u32;
        handler charge;
        handler log;
        handler alert;
        orders -> charge;
        charge.error -> [log, alert];
    }
}

fn main() {}
