//! Panics of a single call or of a pass, caught and read.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

/// Calls a function; a panic is its message.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(call)).map_err(message)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "what was caught is dropped here"
)]
fn message(payload: Box<dyn Any + Send>) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

pin_project! {
    /// A future whose panics are caught around each poll, and that says whether it had to wait.
    pub(crate) struct Caught<'w, F> {
        #[pin]
        call: F,
        waited: &'w mut bool,
    }
}

impl<'w, F> Caught<'w, F> {
    pub(crate) fn new(call: F, waited: &'w mut bool) -> Self {
        Self { call, waited }
    }
}

impl<F: Future> Future for Caught<'_, F> {
    type Output = Result<F::Output, String>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let call = this.call;
        match caught(|| call.poll(cx)) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => {
                **this.waited = true;
                Poll::Pending
            }
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

/// Drives a pass over handlers that may wait. Gives what it panicked with, which the stage whose item it was will claim.
pub fn guarded(pass: Pin<&mut (dyn Future<Output = ()> + Send)>) -> Guarded<'_> {
    Guarded { pass }
}

/// A pass whose panic is caught.
#[expect(
    missing_debug_implementations,
    reason = "it is awaited where it is made"
)]
#[must_use = "futures do nothing unless they are polled"]
pub struct Guarded<'p> {
    pass: Pin<&'p mut (dyn Future<Output = ()> + Send)>,
}

impl Future for Guarded<'_> {
    type Output = Option<String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<String>> {
        match caught(|| self.pass.as_mut().poll(cx)) {
            Ok(polled) => polled.map(|()| None),
            Err(panic) => Poll::Ready(Some(panic)),
        }
    }
}
