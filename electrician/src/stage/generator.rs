//! What `#[generator]` implements: where items come from.

use super::{Outlet, Outputs};

/// A function that produces items: the source of a pipeline.
///
/// Implemented by `#[generator]` for a type of the function's own name.
#[diagnostic::on_unimplemented(
    message = "[E0908] `{Self}` is not a generator with these arguments",
    label = "this generator",
    note = "a generator is a function marked `#[generator]`; it takes as many arguments as the pipeline passes, each of the type that it names"
)]
pub trait Generator<Out, Err, Args>: Send + Sync + 'static {
    /// Whether the function asks for a thread of its own.
    const BLOCKING: bool;
    /// Whether it is told to end through its outlet; otherwise it is not asked for more.
    const PUSHES: bool;
    /// What one run owns: the evaluated arguments and the state of its own.
    type Slot: Send;

    /// Evaluates the arguments for one run.
    fn slot(&self, args: &Args) -> Self::Slot;

    /// Opens the source.
    fn open(slot: &mut Self::Slot, outlet: Outlet<Out>) -> impl Outputs<Out, Err>
    where
        Out: Send;
}
