//! A function comes in, a provider goes out.

use super::{Provider, RequestResponse};
use std::fmt;

/// A provider that is nothing but a function; see [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F> {
    name: String,
    function: F,
}

/// A provider of one function: requests in, responses out; a sink where it gives `()`.
///
/// ```
/// use electrician::provider::{Sink, from_fn};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let log = from_fn("log", async |line: String| {
///     println!("{line}");
///     Ok::<_, std::io::Error>(())
/// });
/// log.send("started".into()).await.unwrap();
/// # });
/// ```
pub fn from_fn<F>(name: impl Into<String>, function: F) -> FromFn<F> {
    FromFn {
        name: name.into(),
        function,
    }
}

impl<F: Send + Sync + 'static> Provider for FromFn<F> {
    fn name(&self) -> &str {
        &self.name
    }
}

impl<Req, Res, Err, Fut, F> RequestResponse<Req> for FromFn<F>
where
    Res: Send,
    Err: Send,
    Fut: Future<Output = Result<Res, Err>> + Send,
    F: Fn(Req) -> Fut + Send + Sync + 'static,
{
    type Response = Res;
    type Error = Err;

    fn call(&self, request: Req) -> impl Future<Output = Result<Res, Err>> + Send {
        (self.function)(request)
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FromFn").field(&self.name).finish()
    }
}
