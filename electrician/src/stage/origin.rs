//! A generator before it is at work: the function, its arguments, and what its handle knows.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Cell, Generator, Outlet, Outputs, Source, unfit};

/// A generator in a pipeline, ready to be opened by its island.
pub struct Origin<G, Out, Err, Args> {
    generator: Arc<G>,
    args: Args,
    cell: Arc<Cell>,
    types: PhantomData<fn() -> (Out, Err)>,
}

unfit!(Origin<G, Out, Err, Args>);

impl<G, Out, Err, Args: Clone> Clone for Origin<G, Out, Err, Args> {
    fn clone(&self) -> Self {
        let (generator, cell) = (Arc::clone(&self.generator), Arc::clone(&self.cell));
        Self {
            generator,
            args: self.args.clone(),
            cell,
            types: PhantomData,
        }
    }
}

impl<G, Out, Err, Args> fmt::Debug for Origin<G, Out, Err, Args> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Origin")
            .field("stage", &self.cell.path)
            .finish_non_exhaustive()
    }
}

impl<G, Out, Err, Args> Origin<G, Out, Err, Args> {
    pub(crate) fn new(generator: G, args: Args, cell: Arc<Cell>) -> Self {
        Self {
            generator: Arc::new(generator),
            args,
            cell,
            types: PhantomData,
        }
    }

    /// What the source shares with its handle.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }
}

impl<G: Generator<Out, Err, Args>, Out: Send + 'static, Err: Send, Args> Origin<G, Out, Err, Args> {
    /// Whether the function asks for a thread of its own.
    pub fn is_blocking(&self) -> bool {
        G::BLOCKING
    }

    /// Evaluates the arguments for a run.
    pub fn slot(&self) -> G::Slot {
        self.generator.slot(&self.args)
    }

    /// Opens the generator with them.
    pub fn open<'a>(
        &self,
        slot: &'a mut G::Slot,
    ) -> Source<impl Outputs<Out, Err> + use<'a, G, Out, Err, Args>, Out, Err> {
        let outlet = Outlet::new();
        let outputs = G::open(slot, outlet.share());
        Source::new(outputs, outlet, &self.cell, (G::PUSHES, G::BLOCKING))
    }
}
