//! A stage before it runs: the function, its arguments and options, and the types that its ports carry.

use std::{convert::Infallible, fmt, marker::PhantomData, sync::Arc};

use super::{
    AsTaken, Cell, Escapes, Failure, Generator, Handler, Hold, Nothing, Origin, Port, Reported,
    Settings, Stage, Tally, Travels, draft::Instead, keys::Keys, settings::Predicate, unfit,
    unwind::caught,
};
use crate::pipeline::Assembly;

/// A handler that waits: an `async fn`, which a timeout can interrupt where it waits, and a hedge can overtake.
#[diagnostic::on_unimplemented(
    message = "[E0913] neither a `timeout` nor a `hedge` can help with `{Self}`, which does not wait",
    label = "this option needs an `async fn`",
    note = "a call that blocks can be awaited: `tokio::task::spawn_blocking(…).await` in an `async fn`"
)]
pub trait Waits {}

/// The input type of a handler as its signature names it, for edges that convert.
pub trait Takes<In> {}

/// The output of a stage that is wired to nothing.
#[diagnostic::on_unimplemented(
    message = "[E0904] the items that this stage gives, `{Self}`, go nowhere",
    label = "nothing is wired to the output of this stage",
    note = "wire it, `stage -> next`, or discard its items on purpose with `stage -> _`"
)]
pub trait EndsHere {}

#[diagnostic::do_not_recommend]
impl EndsHere for Nothing {}
#[diagnostic::do_not_recommend]
impl EndsHere for Infallible {}

/// What the workers of a stage are made of.
pub(super) struct Plan<H, In, Out, Args, Err> {
    pub(super) handler: H,
    pub(super) args: Args,
    pub(super) settings: Settings<Err>,
    pub(super) keys: Keys<In>,
    pub(super) fallback: Option<Instead<In, Out>>,
    /// Which outputs show that the backend is not well.
    pub(super) broken: Option<Predicate<Out>>,
    pub(super) cell: Arc<Cell>,
}

impl<H, In, Out, Args, Err> Plan<H, In, Out, Args, Err> {
    /// Whether what a call gave shows that the backend is not well.
    ///
    /// # Errors
    /// What the question panicked with.
    #[inline]
    pub(super) fn shows_broken(&self, output: Option<&Out>) -> Result<bool, String> {
        match &self.broken {
            None => Ok(false),
            Some(broken) => asked(broken, output),
        }
    }
}

/// Stands by itself, so that a stage that asks nothing costs no more for it than the look.
#[inline(never)]
fn asked<Out>(broken: &Predicate<Out>, output: Option<&Out>) -> Result<bool, String> {
    output.map_or(Ok(false), |output| caught(|| broken(output)))
}

/// A stage that is a part of a pipeline.
pub struct Definition<H, In, Out, Err, Args, K = AsTaken> {
    pub(super) plan: Arc<Plan<H, In, Out, Args, Err>>,
    pub(super) types: PhantomData<fn(In, K) -> Out>,
}

unfit!(Definition<H, In, Out, Err, Args, K>);

impl<H, In, Out, Err, Args, K> Clone for Definition<H, In, Out, Err, Args, K> {
    fn clone(&self) -> Self {
        Self {
            plan: Arc::clone(&self.plan),
            types: PhantomData,
        }
    }
}

impl<H, In, Out, Err, Args, K> Definition<H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    Out: Send,
    Err: Send,
    Args: Send + Sync,
    H: Handler<In, Out, Err, Args>,
    K: Hold<H::Mode, In>,
{
    /// The type of the `error` port.
    pub fn errors(&self) -> Port<Failure<K::Back, Err>> {
        Port::new()
    }

    /// Whether every call gives one item at most.
    #[inline]
    pub fn is_one(&self) -> bool {
        H::ONE
    }

    /// Whether every call is plain: synchronous, and one item or none.
    #[inline]
    pub fn is_plain(&self) -> bool {
        H::PLAIN
    }

    /// Whether the function asks for a thread of its own.
    pub fn is_blocking(&self) -> bool {
        H::BLOCKING
    }

    /// One worker of the stage.
    pub fn stage(&self) -> Stage<H, In, Out, Err, Args, K, H::Slot> {
        self.worker(self.cell().tally())
    }

    /// The same, with these counters.
    pub(super) fn worker(&self, tally: Arc<Tally>) -> Stage<H, In, Out, Err, Args, K, H::Slot> {
        Stage::new(Arc::clone(&self.plan), tally)
    }
}

impl<H, In, Out, Err, Args, K> Definition<H, In, Out, Err, Args, K> {
    /// The type of the input.
    pub fn input(&self) -> Port<In> {
        Port::new()
    }

    /// The type of the output.
    pub fn output(&self) -> Port<Out>
    where
        Out: Travels,
    {
        Port::new()
    }

    /// What all the workers of the stage share.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.plan.cell
    }

    /// Nothing is wired to the output.
    pub fn ends(&self)
    where
        Out: EndsHere,
    {
    }

    /// Nothing is said of failures.
    pub fn unfailing(&self)
    where
        Err: super::Unfailing,
    {
    }

    /// Failures end the pipeline, and are told in its report.
    pub fn reports(&self)
    where
        Err: Reported,
    {
    }
}

impl<H, In, Out, Err, Args, K> fmt::Debug for Definition<H, In, Out, Err, Args, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition")
            .field("stage", &self.plan.cell.path)
            .finish_non_exhaustive()
    }
}

/// Makes a generator a part of the pipeline.
pub fn generator<G, Out, Err, Args>(
    args: Args,
    generator: G,
    name: &'static str,
    run: &mut Assembly,
) -> Origin<G, Out, Err, Args>
where
    G: Generator<Out, Err, Args>,
    Err: Escapes,
{
    run.source(name);
    let cell = run.stage(name, &Settings::<Err>::default());
    Origin::new(generator, args, cell)
}

impl<G, Out, Err, Args> Origin<G, Out, Err, Args> {
    /// The type of the output.
    pub fn output(&self) -> Port<Out>
    where
        Out: Travels,
    {
        Port::new()
    }

    /// The type of the `error` port.
    pub fn errors(&self) -> Port<Failure<(), Err>> {
        Port::new()
    }

    /// Nothing is said of failures.
    pub fn unfailing(&self)
    where
        Err: super::Unfailing,
    {
    }

    /// Failures end the pipeline, and are told in its report.
    pub fn reports(&self)
    where
        Err: Reported,
    {
    }
}
