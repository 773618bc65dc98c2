//! The shell of a timed operator: it waits for items and for the time, and books what leaves.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{
    fmt,
    future::poll_fn,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::Instant;

use super::{Emission, Timed};
use crate::{
    edge::Merge,
    resilience::Timer,
    stage::{Cell, Intake, Pass, Tally},
};

/// A timed operator at work: what its island takes its items from.
///
/// It takes from its edges only while the operator has room. What is still held when it is dropped is booked as dropped.
pub struct TimedIntake<Op, In, Out>
where
    Op: Timed<In, Out>,
{
    op: Op,
    input: Intake<In>,
    out: Emission<Out>,
    alarm: Timer,
    tally: Arc<Tally>,
    cell: Arc<Cell>,
    finished: bool,
    sated: bool,
}

/// What one look at the edges and the clock came to.
enum Look {
    /// Items are there to leave.
    Filled,
    /// Items were taken, and nothing is there to leave.
    Fruitless,
    /// Nothing will leave any more.
    Ended,
}

impl<Op: Timed<In, Out>, In, Out> TimedIntake<Op, In, Out> {
    pub(super) fn new(op: Op, edges: Merge<In>, cell: &Arc<Cell>) -> Self {
        let tally = cell.tally();
        Self {
            op,
            input: Intake::new(edges, cell, &tally),
            out: Emission::new(),
            alarm: Timer::new(),
            tally,
            cell: Arc::clone(cell),
            finished: false,
            sated: false,
        }
    }

    /// Waits until something leaves; `false` is the end.
    ///
    /// Everything popped before was handed over. In a feedback loop, the items taken are settled when none of them is
    /// held any more.
    pub fn fill(&mut self) -> impl Future<Output = bool> + Send
    where
        In: Send,
        Out: Send,
    {
        async move {
            loop {
                tokio::task::coop::consume_budget().await;
                if self.held() == 0 {
                    self.input.settle();
                }
                match poll_fn(|cx| self.poll_look(cx)).await {
                    Look::Filled => return true,
                    Look::Fruitless => {}
                    Look::Ended => return false,
                }
            }
        }
    }

    /// The next item that leaves.
    pub fn pop(&mut self) -> Option<Out> {
        let (item, made_of) = self.out.pop()?;
        self.tally.completed.add(made_of as u64);
        self.tally.emitted.add(1);
        Some(item)
    }

    /// Whether nothing is there to leave.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Says upstream that no more is needed. What is held or still on its way is left out, without any wait.
    pub fn enough_if(&mut self, sated: bool) {
        if sated && !self.sated {
            self.sated = true;
            self.input.enough_if(true);
            self.tally.filtered.add(self.op.held() as u64);
        }
    }

    /// The passes of the island that this operator feeds.
    pub fn pass(&self) -> Pass {
        Pass::new(&self.cell, &self.tally)
    }

    /// The operator's counters.
    pub fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Looks at the clock, then at the edges, and takes a chunk at most; pending until there is something to do.
    fn poll_look(&mut self, cx: &mut Context<'_>) -> Poll<Look> {
        if !self.out.is_empty() {
            return Poll::Ready(Look::Filled);
        }
        if self.sated {
            return self.poll_leave_out(cx);
        }
        let now = Instant::now();
        if self.op.wake_at().is_some_and(|at| at <= now) {
            self.op.due(now, &mut self.out);
        }
        let taken = self.poll_take(now, cx);
        self.tally.filtered.add(self.out.take_left_out() as u64);
        if !self.out.is_empty() {
            self.tally.progress.set(self.cell.control.millis());
            return Poll::Ready(Look::Filled);
        }
        if self.finished && self.op.held() == 0 {
            return Poll::Ready(Look::Ended);
        }
        if taken.is_ready() {
            return Poll::Ready(Look::Fruitless);
        }
        let Some(at) = self.op.wake_at() else {
            return Poll::Pending;
        };
        self.wait_on_purpose(at.saturating_duration_since(now));
        self.alarm.poll_until(at, cx).map(|()| Look::Fruitless)
    }

    /// Puts progress where the wait ends, so that an operator that holds items for a long time is not taken for stalled.
    fn wait_on_purpose(&self, wait: Duration) {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let ends = self.cell.control.millis().saturating_add(wait);
        self.tally.progress.set(ends);
    }

    /// Nobody needs what still comes.
    fn poll_leave_out(&mut self, cx: &mut Context<'_>) -> Poll<Look> {
        self.input.poll_clear(cx).map(|items| {
            self.tally.filtered.add(items);
            if items == 0 {
                Look::Ended
            } else {
                Look::Fruitless
            }
        })
    }

    /// How many items were taken and have not left; once nobody needs more, what the operator has is left out already.
    fn held(&self) -> usize {
        let operator = if self.sated { 0 } else { self.op.held() };
        operator + self.out.held()
    }

    /// Gives the operator what it has room for of one chunk; ready if there was a chunk, or the end.
    fn poll_take(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if self.finished || !self.op.has_room() {
            return Poll::Pending;
        }
        self.input.poll_ready(cx).map(|ready| {
            if !ready {
                self.finished = true;
                self.op.finish(now, &mut self.out);
            }
            while self.op.has_room()
                && let Some(item) = self.input.pop()
            {
                self.op.accept(item, now, &mut self.out);
            }
        })
    }
}

impl<Op: Timed<In, Out>, In, Out> Drop for TimedIntake<Op, In, Out> {
    fn drop(&mut self) {
        self.tally.dropped.add(self.held() as u64);
    }
}

impl<Op: Timed<In, Out>, In, Out> fmt::Debug for TimedIntake<Op, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedIntake")
            .field("stage", &self.cell.path)
            .field("held", &self.op.held())
            .finish_non_exhaustive()
    }
}
