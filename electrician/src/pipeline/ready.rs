//! A configured pipeline comes in, and one that runs goes out, if its tasks can share its parameters.

use super::{Error, Pipeline, Running};
use crate::stage::unfit;

/// A parameter of a pipeline.
#[diagnostic::on_unimplemented(
    message = "[E0919] the parameter `{Self}` cannot be shared: a part of it is not `Send`, or not `Sync`",
    label = "every task of the pipeline may use its parameters",
    note = "use an `Arc` in the place of an `Rc`, and a `Mutex` or an atomic in that of a `RefCell` or a `Cell`"
)]
pub trait Shares: Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + 'static> Shares for T {}

/// Looks at the type of a parameter.
pub fn shares<T: Shares>() {}

/// A pipeline that is to be started.
#[derive(Debug)]
pub struct Ready<P>(pub P);

unfit!(Ready<P>);

impl<P: Pipeline> Ready<P> {
    /// Starts it.
    ///
    /// # Errors
    /// When an option has a value that it cannot have, with the stage and the option, or outside of a tokio runtime.
    pub fn start(self) -> Result<Running<P>, Error> {
        Running::start(self.0)
    }
}
