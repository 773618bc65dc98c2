//! Islands of one stage, which cannot fail and has nothing before it: what `pipeline!` writes out for a longer island is here
//! once, but for calls that give one item and may wait.

use std::pin::pin;

use super::{Handler, Head, Hold, Intake, Lap, Pass, Stage, Unfailing, next};
use crate::edge::{Certainty, Sender};
use crate::pipeline::Assembly;

/// Where the outputs of a lone stage go.
pub trait WayOut<Out>: Send + 'static {
    /// What is handed over together.
    fn head(&mut self) -> Option<&mut dyn Head>;
    /// One output goes out.
    fn push(&mut self, output: Out);
    /// For how many outputs there is room.
    fn room(&self) -> usize;
    /// Whether what is buffered is worth a hand-over.
    fn is_full(&self) -> bool;
    /// Whether nobody needs more.
    fn is_sated(&self) -> bool;
    /// Makes outputs of the items at hand.
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        gives: impl Certainty,
        make: impl FnMut(In, &mut Lap<'_>) -> Option<Out>,
    );
}

impl<T: Send + 'static> WayOut<T> for Sender<T> {
    #[inline]
    fn head(&mut self) -> Option<&mut dyn Head> {
        Some(self)
    }

    #[inline]
    fn push(&mut self, output: T) {
        self.push(output);
    }

    #[inline]
    fn room(&self) -> usize {
        self.room()
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.is_all_but_full()
    }

    #[inline]
    fn is_sated(&self) -> bool {
        self.is_sated()
    }

    #[inline]
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        gives: impl Certainty,
        make: impl FnMut(In, &mut Lap<'_>) -> Option<T>,
    ) {
        intake.pour(pass, self.room(), (self, gives), make);
    }
}

/// The exit of a stage that gives nothing.
#[derive(Debug)]
pub struct Nowhere;

impl<T> WayOut<T> for Nowhere {
    #[inline]
    fn head(&mut self) -> Option<&mut dyn Head> {
        None
    }

    #[inline]
    fn push(&mut self, _: T) {}

    #[inline]
    fn room(&self) -> usize {
        usize::MAX
    }

    #[inline]
    fn is_full(&self) -> bool {
        false
    }

    #[inline]
    fn is_sated(&self) -> bool {
        false
    }

    #[inline]
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        _: impl Certainty,
        mut make: impl FnMut(In, &mut Lap<'_>) -> Option<T>,
    ) {
        intake.each(pass, usize::MAX, |item, lap| {
            make(item, lap);
            true
        });
    }
}

impl Assembly {
    /// The task of a stage that is alone in its island, and of which each call gives one item without a
    /// wait, or any number of them; `blocking` gives it a thread of its own.
    pub fn lone<H, In, Out, Err, Args, K, S>(
        &mut self,
        name: &'static str,
        blocking: bool,
        mut stage: Stage<H, In, Out, Err, Args, K, S>,
        mut intake: Intake<In>,
        mut exit: impl WayOut<Out>,
    ) where
        In: Send + 'static,
        Out: Send + 'static,
        Err: Unfailing,
        Args: Send + Sync + 'static,
        H: Handler<In, Out, Err, Args, Slot = S>,
        K: Hold<H::Mode, In>,
        S: Send + 'static,
    {
        let mut pass = intake.pass();
        if stage.is_plain() {
            pass.add(stage.seat());
            self.island(name, blocking, async move {
                while intake.next(&mut pass, exit.head().as_mut_slice()).await {
                    {
                        let mut stage = stage.plain();
                        exit.pour(&mut intake, &mut pass, stage.gives(), move |item, lap| {
                            stage.passes(item, lap, 0)
                        });
                    }
                    stage.claims(0, &mut pass);
                    intake.enough_if(exit.is_sated());
                }
            });
        } else {
            self.island(name, blocking, async move {
                while pass
                    .flushing(intake.fill(), exit.head().as_mut_slice())
                    .await
                {
                    'items: loop {
                        if pass.is_over(exit.is_full()) {
                            pass.hand_over(exit.head().as_mut_slice()).await;
                        }
                        let Some(item) = intake.pop() else { break };
                        pass.begin();
                        stage.resume(item);
                        let given = 'call: {
                            let call = stage.call();
                            let miss = match pass.flushing(call, exit.head().as_mut_slice()).await {
                                Ok(given) => break 'call given,
                                Err(miss) => miss,
                            };
                            let lost = stage.lose(miss);
                            pass.flushing(lost, exit.head().as_mut_slice()).await;
                            continue 'items;
                        };
                        let mut given = pin!(given);
                        loop {
                            if pass.is_over(exit.is_full()) {
                                pass.hand_over(exit.head().as_mut_slice()).await;
                            }
                            let output = next(&mut given);
                            let output = pass.flushing(output, exit.head().as_mut_slice()).await;
                            let Some(output) = output else { break };
                            pass.begin();
                            exit.push(output);
                            if exit.is_full() {
                                pass.hand_over(exit.head().as_mut_slice()).await;
                            }
                        }
                    }
                    intake.enough_if(exit.is_sated());
                }
                pass.hand_over(exit.head().as_mut_slice()).await;
            });
        }
    }
}
