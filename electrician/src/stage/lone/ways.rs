//! What the tasks of a lone stage do: items come in, outputs and failures go their ways.

use std::pin::pin;

use super::exits::WayOut;
use crate::stage::{
    Came, Failure, Handler, Head, Hold, Intake, Pool, Settled, Stage, hand_over, room, try_next,
};

/// The ways out of a lone stage: where its outputs go, where its failures go, and how.
#[derive(Clone)]
pub(super) struct Ways<X, Y, F> {
    pub(super) exit: X,
    pub(super) failures: Y,
    pub(super) fail: F,
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

    /// A task of plain calls: a pass over the items at hand, in one function.
    pub(super) async fn in_passes<H, In, Out, Err, Args, K, S>(
        mut self,
        mut stage: Stage<H, In, Out, Err, Args, K, S>,
        mut intake: Intake<In>,
    ) where
        In: Send + 'static,
        Out: Send + 'static,
        Err: Send + 'static,
        Args: Send + Sync + 'static,
        H: Handler<In, Out, Err, Args, Slot = S>,
        K: Hold<H::Mode, In>,
        S: Send + 'static,
        X: WayOut<Out>,
        F: FnMut(&mut Y, Failure<K::Back, Err>) + Send,
    {
        let mut pass = intake.pass();
        pass.add(stage.seat());
        while intake.next(&mut pass, &mut self.heads()).await {
            {
                let Self {
                    exit,
                    failures,
                    fail,
                } = &mut self;
                let room = room(&[exit, failures]);
                let mut stage = stage.plain();
                exit.pour(
                    &mut intake,
                    &mut pass,
                    room,
                    stage.gives(),
                    move |item, lap| match stage.call(item, lap, 0) {
                        Ok(output) => output,
                        Err(miss) => {
                            if let Settled::Failed(failure) = stage.settle_plain(miss) {
                                fail(failures, failure);
                            }
                            None
                        }
                    },
                );
            }
            if let Some(miss) = stage.interrupted(0, &mut pass) {
                self.settled(stage.settle_plain(miss));
                pass.book();
                stage.mend();
            }
            intake.enough_if(self.exit.is_sated());
        }
    }

    /// A task of calls that follow one another, of which each gives any number of items. One that shares its thread with other
    /// workers is `eager`: what it has made goes out at once.
    pub(super) async fn one_by_one<H, In, Out, Err, Args, K, S>(
        mut self,
        mut stage: Stage<H, In, Out, Err, Args, K, S>,
        mut intake: Intake<In>,
        eager: bool,
    ) where
        In: Send + 'static,
        Out: Send + 'static,
        Err: Send + 'static,
        Args: Send + Sync + 'static,
        H: Handler<In, Out, Err, Args, Slot = S>,
        K: Hold<H::Mode, In>,
        S: Send + 'static,
        X: WayOut<Out>,
        F: FnMut(&mut Y, Failure<K::Back, Err>) + Send,
    {
        let mut pass = intake.pass();
        while pass.flushing(intake.fill(), &mut self.heads()).await {
            'items: loop {
                if pass.is_over(self.is_full()) {
                    pass.hand_over(&mut self.heads()).await;
                }
                let Some(item) = intake.pop() else { break };
                pass.begin();
                stage.resume(item);
                let given = loop {
                    let miss = match pass.flushing(stage.call(), &mut self.heads()).await {
                        Ok(given) => break given.or_instead(),
                        Err(miss) => miss,
                    };
                    let again = stage.again(miss);
                    let Some(miss) = pass.flushing(again, &mut self.heads()).await else {
                        continue;
                    };
                    let miss = match stage.instead(miss) {
                        Ok(given) => break given,
                        Err(miss) => miss,
                    };
                    let settled = stage.settle(miss);
                    let settled = pass.flushing(settled, &mut self.heads()).await;
                    self.settled(settled);
                    if eager || self.is_full() {
                        pass.hand_over(&mut self.heads()).await;
                    }
                    continue 'items;
                };
                let mut given = pin!(given);
                loop {
                    if pass.is_over(self.is_full()) {
                        pass.hand_over(&mut self.heads()).await;
                    }
                    let next = try_next(&mut given);
                    let next = pass.flushing(next, &mut self.heads()).await;
                    let Some(next) = next else { break };
                    pass.begin();
                    match next {
                        Ok(output) => self.exit.push(output),
                        Err(failure) => (self.fail)(&mut self.failures, failure),
                    }
                    if eager || self.is_full() {
                        pass.hand_over(&mut self.heads()).await;
                    }
                }
            }
            intake.enough_if(self.exit.is_sated());
        }
        pass.hand_over(&mut self.heads()).await;
    }

    /// A task of a pool: many calls at once, of which each gives one item at most.
    pub(super) async fn at_once<In, Out, Back, Err, W, C>(
        mut self,
        mut pool: Pool<In, Out, Settled<In, Back, Err>, W, C>,
    ) where
        C: Future<Output = (W, Came<Out, Settled<In, Back, Err>>)>,
        X: WayOut<Out>,
        F: FnMut(&mut Y, Failure<Back, Err>),
    {
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
