//! Where the outputs and failures of a lone stage go: into an edge, or nowhere.

use std::task::{Context, Poll};

use crate::{
    edge::{Certainty, Sender},
    stage::{Failure, Head, Intake, Lap, Pass},
};

/// Where the outputs of a lone stage go.
pub trait WayOut<Out>: Head + 'static {
    /// One output goes out.
    fn push(&mut self, output: Out);
    /// Makes outputs of the items at hand, as many as there is room for.
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        room: usize,
        gives: impl Certainty,
        make: impl FnMut(In, &mut Lap<'_>) -> Option<Out>,
    );
}

impl<T: Send + 'static> WayOut<T> for Sender<T> {
    #[inline]
    fn push(&mut self, output: T) {
        self.push(output);
    }

    #[inline]
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        room: usize,
        gives: impl Certainty,
        make: impl FnMut(In, &mut Lap<'_>) -> Option<T>,
    ) {
        intake.pour(pass, room, (self, gives), make);
    }
}

/// The exit of a stage that gives nothing.
#[derive(Debug, Clone, Copy)]
pub struct Nowhere;

impl<T> WayOut<T> for Nowhere {
    #[inline]
    fn push(&mut self, _: T) {}

    #[inline]
    fn pour<In>(
        &mut self,
        intake: &mut Intake<In>,
        pass: &mut Pass,
        room: usize,
        _: impl Certainty,
        mut make: impl FnMut(In, &mut Lap<'_>) -> Option<T>,
    ) {
        intake.each(pass, room, |item, lap| {
            make(item, lap);
            true
        });
    }
}

impl Head for Nowhere {
    #[inline]
    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    #[inline]
    fn is_full(&self) -> bool {
        false
    }

    #[inline]
    fn room(&self) -> usize {
        usize::MAX
    }

    #[inline]
    fn is_sated(&self) -> bool {
        false
    }

    #[inline]
    fn woke(&mut self) -> bool {
        false
    }
}

/// The failures of a stage that have no way: they are counted, or there are none.
pub fn counted<F, E>(_: &mut Nowhere, _: Failure<F, E>) {}
