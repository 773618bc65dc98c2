//! What the tasks of a lone stage do: items come in, outputs and failures go their ways.

#![allow(
    clippy::manual_async_fn,
    reason = "an async function has its arguments twice in its future, an async block has them once"
)]

use std::{pin::pin, sync::Arc};

use super::exits::WayOut;
use crate::stage::{
    Came, Failure, Handler, Head, Hold, Intake, Pass, Pool, Settled, Stage, Turn, Turnstile,
    hand_over, room, try_next,
};

/// A task of a pool, whose calls leave what they were settled with.
pub(super) type PoolOf<In, Out, Back, Err, W, C> = Pool<In, Out, Settled<In, Back, Err>, W, C>;

/// When what a worker has made is handed over.
#[derive(Clone, Copy)]
pub(super) enum Leaves<'t> {
    /// A chunk together, and what there is when the worker waits.
    InChunks,
    /// At once, since the worker shares its thread with others.
    AtOnce,
    /// In its turn, and not before.
    InTurn(&'t Turn),
}

impl Leaves<'_> {
    /// Those of the heads that are flushed while the worker waits.
    fn early<'a, 'h>(self, heads: &'a mut [&'h mut dyn Head]) -> &'a mut [&'h mut dyn Head] {
        match self {
            Self::InTurn(_) => &mut [],
            Self::InChunks | Self::AtOnce => heads,
        }
    }
}

/// The ways out of a lone stage: where its outputs go, where its failures go, and how.
#[derive(Clone)]
pub(super) struct Ways<X, Y, F> {
    exit: X,
    failures: Y,
    fail: F,
}

impl<X, Y, F> Ways<X, Y, F> {
    pub(super) fn of(exit: X, failures: Y, fail: F) -> Self {
        Self {
            exit,
            failures,
            fail,
        }
    }
}

impl<X: Head, Y: Head, F> Ways<X, Y, F> {
    fn heads(&mut self) -> [&mut dyn Head; 2] {
        [&mut self.exit, &mut self.failures]
    }

    fn is_full(&self) -> bool {
        self.exit.is_full() || self.failures.is_full()
    }

    fn settled<In, T, E>(&mut self, settled: Settled<In, T, E>)
    where
        F: FnMut(&mut Y, Failure<T, E>),
    {
        if let Settled::Failed(failure) = settled {
            (self.fail)(&mut self.failures, failure);
        }
    }

    /// If the work has taken long, what was made is handed over, and others may run.
    async fn keep_pace(&mut self, pass: &mut Pass, leaves: Leaves<'_>) {
        match leaves {
            Leaves::InTurn(_) if pass.is_over(false) => pass.hand_over(&mut []).await,
            Leaves::InChunks | Leaves::AtOnce if pass.is_over(self.is_full()) => {
                pass.hand_over(&mut self.heads()).await;
            }
            _ => {}
        }
    }

    async fn hand_over_if_due(&mut self, pass: &mut Pass, leaves: Leaves<'_>) {
        match leaves {
            Leaves::InChunks | Leaves::InTurn(_) if !self.is_full() => return,
            Leaves::InChunks | Leaves::AtOnce => {}
            Leaves::InTurn(turn) => turn.wait().await,
        }
        pass.hand_over(&mut self.heads()).await;
    }

    /// A task of a pool: many calls at once, of which each gives one item at most.
    pub(super) fn at_once<In, Out, Back, Err, W, C>(
        mut self,
        mut pool: PoolOf<In, Out, Back, Err, W, C>,
    ) -> impl Future<Output = ()>
    where
        C: Future<Output = (W, Came<Out, Settled<In, Back, Err>>)>,
        X: WayOut<Out>,
        F: FnMut(&mut Y, Failure<Back, Err>),
    {
        async move {
            while pool.fill(&mut self.heads()).await {
                while let Some(came) = pool.pop() {
                    match came {
                        Ok(Some(output)) => self.exit.push(output),
                        Ok(None) => {}
                        Err(settled) => self.settled(*settled),
                    }
                }
                pool.enough_if(self.exit.is_sated());
            }
            hand_over(&mut self.heads()).await;
        }
    }
}

/// One worker of a lone stage, what it takes its items from, and its ways.
pub(super) struct Worker<H, In, Out, Err, Args, K, S, X, Y, F> {
    pub(super) stage: Stage<H, In, Out, Err, Args, K, S>,
    pub(super) intake: Intake<In>,
    pub(super) ways: Ways<X, Y, F>,
}

impl<H, In, Out, Err, Args, K, S, X, Y, F> Worker<H, In, Out, Err, Args, K, S, X, Y, F>
where
    In: Send + 'static,
    Out: Send + 'static,
    Err: Send + 'static,
    Args: Send + Sync + 'static,
    H: Handler<In, Out, Err, Args, Slot = S>,
    K: Hold<H::Mode, In>,
    S: Send + 'static,
    X: WayOut<Out>,
    Y: Head,
    F: FnMut(&mut Y, Failure<K::Back, Err>) + Send,
{
    /// A task of plain calls: a pass over the items at hand, in one function.
    pub(super) fn in_passes(mut self) -> impl Future<Output = ()> {
        async move {
            let mut pass = self.intake.pass();
            pass.add(self.stage.seat());
            while self.intake.next(&mut pass, &mut self.ways.heads()).await {
                self.pass(&mut pass);
                self.intake.enough_if(self.ways.exit.is_sated());
            }
        }
    }

    fn pass(&mut self, pass: &mut Pass) {
        let Ways {
            exit,
            failures,
            fail,
        } = &mut self.ways;
        let room = room(&[exit, failures]);
        {
            let mut stage = self.stage.plain();
            let gives = stage.gives();
            exit.pour(&mut self.intake, pass, room, gives, move |item, lap| {
                stage.goes(item, lap, |failure| fail(failures, failure))
            });
        }
        let Ways { failures, fail, .. } = &mut self.ways;
        let tell = |failure| fail(failures, failure);
        self.stage.claims_and_tells(pass, tell);
    }

    /// A task of calls that follow one another, of which each gives any number of items.
    pub(super) fn one_by_one(mut self, leaves: Leaves<'static>) -> impl Future<Output = ()> {
        async move {
            let mut pass = self.intake.pass();
            while pass
                .flushing(self.intake.fill(), &mut self.ways.heads())
                .await
            {
                self.chunk(&mut pass, leaves).await;
                self.intake.enough_if(self.ways.exit.is_sated());
            }
            pass.hand_over(&mut self.ways.heads()).await;
        }
    }

    /// The same, of a worker that hands over in its turn.
    pub(super) fn in_turn(mut self, order: &Arc<Turnstile>) -> impl Future<Output = ()> {
        async move {
            let mut pass = self.intake.pass();
            while let Some(turn) = pass
                .flushing(self.intake.fill_in_turn(order), &mut [])
                .await
            {
                self.chunk(&mut pass, Leaves::InTurn(&turn)).await;
                turn.wait().await;
                pass.hand_over(&mut self.ways.heads()).await;
                drop(turn);
                self.intake.enough_if(self.ways.exit.is_sated());
            }
        }
    }

    /// The calls with the items at hand.
    async fn chunk(&mut self, pass: &mut Pass, leaves: Leaves<'_>) {
        let Self {
            stage,
            intake,
            ways,
        } = self;
        'items: loop {
            ways.keep_pace(pass, leaves).await;
            let Some(item) = intake.pop() else { break };
            pass.begin();
            stage.resume(item);
            let given = loop {
                let miss = match pass
                    .flushing(stage.call(), leaves.early(&mut ways.heads()))
                    .await
                {
                    Ok(given) => break given.or_instead(),
                    Err(miss) => miss,
                };
                let again = stage.again(miss);
                let Some(miss) = pass.flushing(again, leaves.early(&mut ways.heads())).await else {
                    continue;
                };
                let miss = match stage.instead(miss) {
                    Ok(given) => break given,
                    Err(miss) => miss,
                };
                let settled = pass
                    .flushing(stage.settle(miss), leaves.early(&mut ways.heads()))
                    .await;
                ways.settled(settled);
                ways.hand_over_if_due(pass, leaves).await;
                continue 'items;
            };
            let mut given = pin!(given);
            loop {
                ways.keep_pace(pass, leaves).await;
                let next = try_next(&mut given);
                let next = pass.flushing(next, leaves.early(&mut ways.heads())).await;
                let Some(next) = next else { break };
                pass.begin();
                match next {
                    Ok(output) => ways.exit.push(output),
                    Err(failure) => (ways.fail)(&mut ways.failures, failure),
                }
                ways.hand_over_if_due(pass, leaves).await;
            }
        }
    }
}
