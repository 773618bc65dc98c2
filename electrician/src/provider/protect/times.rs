//! How often a guard makes a call: comes in a request, goes out one for each time.

use crate::resilience::chain::{Idempotent, Unmarked};

/// Gives the request of each call: itself where there is one call, a clone where there may be more.
#[diagnostic::on_unimplemented(
    message = "a request of type `{Req}` may be made again, and cannot be cloned",
    note = "implement `Clone` for it, or leave `idempotent` out of what stands around the calls"
)]
pub trait Times<Req> {
    #[doc(hidden)]
    fn next(request: &mut Option<Req>) -> Req;
}

/// Each call is made once.
#[diagnostic::on_unimplemented(
    message = "this guard may make a call more than once",
    label = "a conversation is not opened again by itself",
    note = "leave `idempotent`, the retry and the hedge out of what stands around a duplex"
)]
pub trait Once {}

impl Once for Unmarked {}

impl<Req> Times<Req> for Unmarked {
    fn next(request: &mut Option<Req>) -> Req {
        request.take().expect("it calls once")
    }
}

impl<Req: Clone> Times<Req> for Idempotent {
    fn next(request: &mut Option<Req>) -> Req {
        request.clone().expect("it is never taken")
    }
}
