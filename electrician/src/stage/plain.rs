//! The plain path: a chunk goes through a run of plain handlers in one function, without a future and with what can be
//! done once a chunk done once a chunk.
//!
//! A panic is caught around the pass, at no cost for the calls that do not panic: the item in hand finds its way back to
//! its stage, the stage books it, and the pass goes on with the next item.

use super::{Cause, Handler, Hold, Miss, Stage, Unfailing};

/// What one pass over a chunk came to, told to each stage in its turn.
#[derive(Debug)]
pub struct Pass {
    /// How many items reached the stage that is asked next.
    items: u64,
    /// Whether the intake has counted them as received.
    counted: bool,
    /// What a handler panicked with.
    panic: Option<String>,
}

impl Pass {
    pub(crate) fn new(items: u64, counted: bool, panic: Option<String>) -> Self {
        Self {
            items,
            counted,
            panic,
        }
    }

    /// Ends the pass. A panic that no stage has claimed was the wiring's, in a guard, a payload, a key or a clone: it goes
    /// on, and the pipeline fails.
    pub fn end(self) {
        if let Some(panic) = self.panic {
            std::panic::resume_unwind(Box::new(panic));
        }
    }
}

/// What became of the items of a pass that did not go on.
#[derive(Debug, Default)]
pub(crate) struct Held {
    filtered: u64,
    failed: u64,
}

/// Takes an item home if its call unwinds.
struct Rescue<'a, In> {
    item: Option<In>,
    home: &'a mut Option<In>,
    open: &'a mut bool,
}

impl<In> Rescue<'_, In> {
    fn done(mut self) {
        drop(self.item.take());
        std::mem::forget(self);
    }
}

impl<In> Drop for Rescue<'_, In> {
    #[cold]
    fn drop(&mut self) {
        *self.home = self.item.take();
        *self.open = true;
    }
}

impl<H, In, Out, Err, Args, K, S> Stage<H, In, Out, Err, Args, K, S>
where
    In: Send + 'static,
    Err: Send,
    Args: Send,
    H: Handler<In, Out, Err, Args, Slot = S>,
    K: Hold<H::Mode, In>,
    S: Send,
{
    /// Calls a plain handler with an item: its output, none, or what kept it from giving one. What it counts is booked
    /// by [`passed`](Self::passed).
    ///
    /// # Errors
    /// The error of the handler. The item is still in hand.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn plain(&mut self, item: In) -> Result<Option<Out>, Miss<Err>> {
        let mut rescue = Rescue {
            item: Some(item),
            home: &mut self.item,
            open: &mut self.open,
        };
        match H::now(K::give(&mut rescue.item), &mut self.slot) {
            Ok(output) => {
                rescue.done();
                if output.is_none() && !Self::SINK {
                    self.held.filtered += 1;
                }
                Ok(output)
            }
            Err(error) => {
                drop(rescue);
                self.attempts = 1;
                self.held.failed += 1;
                Err(Miss(Cause::Error(error)))
            }
        }
    }

    /// What the pass was interrupted with, if it was in this stage. The item is still in hand.
    pub fn interrupted(&mut self, pass: &mut Pass) -> Option<Miss<Err>> {
        if !self.open {
            return None;
        }
        let panic = pass.panic.take()?;
        self.attempts = 1;
        self.held.failed += 1;
        self.broken = true;
        Some(Miss(Cause::Panicked(panic)))
    }

    /// Books the items of a pass, and says how many went on.
    pub fn passed(&mut self, pass: &mut Pass) {
        let Held { filtered, failed } = std::mem::take(&mut self.held);
        let completed = pass.items - filtered - failed;
        if !pass.counted {
            self.tally.received.add(pass.items);
        }
        self.tally.completed.add(completed);
        self.tally.filtered.add(filtered);
        if !Self::SINK {
            self.tally.emitted.add(completed);
        }
        self.mend();
        pass.counted = false;
        pass.items = completed;
    }

    /// Books the item in hand of a stage that cannot fail: its handler has panicked.
    pub fn lose_plain(&mut self, miss: Miss<Err>)
    where
        Err: Unfailing,
    {
        drop(self.settle_plain(miss));
    }
}
