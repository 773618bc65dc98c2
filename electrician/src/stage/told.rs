//! A generator whose failures are told as they come: fallible outputs come in, items go out, in their order.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use super::{Cause, Cell, Failure, Outputs, Tally};

pin_project! {
    /// Outputs that do not fail any more.
    pub(super) struct Told<O, E, F>
    where
        F: FnMut(Failure<(), E>),
    {
        #[pin]
        outputs: O,
        teller: Teller<E, F>,
    }
}

/// Who tells of the failures of a generator, and books them.
struct Teller<E, F: FnMut(Failure<(), E>)> {
    tell: F,
    cell: Arc<Cell>,
    tally: Arc<Tally>,
    /// An error behind items that were just given: it is told when they are gone.
    next: Option<E>,
}

impl<O, E, F: FnMut(Failure<(), E>)> Told<O, E, F> {
    pub(super) fn new(outputs: O, cell: &Arc<Cell>, tell: F) -> Self {
        let teller = Teller {
            tell,
            cell: Arc::clone(cell),
            tally: cell.tally(),
            next: None,
        };
        Self { outputs, teller }
    }
}

impl<E, F: FnMut(Failure<(), E>)> Teller<E, F> {
    fn tell(&mut self, error: E) {
        self.tally.received.add(1);
        self.tally.failed.add(1);
        let failure = Failure::new((), Cause::Error(error), 1, self.cell.name);
        (self.tell)(failure);
    }

    /// Tells of the error that is due. Says whether there was one.
    fn tell_next(&mut self) -> bool {
        let Some(error) = self.next.take() else {
            return false;
        };
        self.tell(error);
        true
    }
}

impl<E, F: FnMut(Failure<(), E>)> Drop for Teller<E, F> {
    fn drop(&mut self) {
        self.tell_next();
    }
}

/// What a failure means for the pipeline is looked at before the generator is asked again.
impl<O, T, E, F> Outputs<T, Infallible> for Told<O, E, F>
where
    O: Outputs<T, E>,
    T: Send,
    E: Send,
    F: FnMut(Failure<(), E>) + Send,
{
    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<T, Infallible>>> {
        let this = self.project();
        match ready!(this.outputs.poll_next(cx)) {
            Some(Ok(item)) => Poll::Ready(Some(Ok(item))),
            Some(Err(error)) => {
                this.teller.tell(error);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    fn each(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        most: usize,
        mut give: impl FnMut(Result<T, Infallible>) -> bool,
    ) -> bool {
        let this = self.project();
        let teller = this.teller;
        if most == 0 {
            return true;
        }
        if !teller.tell_next() {
            let mut has_given = false;
            let goes_on = this.outputs.each(cx, most, |output| match output {
                Ok(item) => {
                    has_given = true;
                    give(Ok(item))
                }
                Err(error) => {
                    teller.next = Some(error);
                    false
                }
            });
            if teller.next.is_none() {
                return goes_on;
            }
            if !has_given {
                teller.tell_next();
            }
        }
        cx.waker().wake_by_ref();
        true
    }
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, sync::Mutex, task::Waker};

    use super::*;
    use crate::{pipeline::Control, stage::TryIterated};

    /// What is given of so many that are asked for.
    fn given(outputs: Pin<&mut impl Outputs<u32, Infallible>>, most: usize) -> Vec<u32> {
        let mut given = Vec::new();
        outputs.each(&mut Context::from_waker(Waker::noop()), most, |item| {
            given.extend(item);
            true
        });
        given
    }

    #[test]
    fn a_failure_is_told_when_what_came_before_it_has_gone() {
        let cell = Cell::new("source", "source".into(), Control::new(), None, None);
        let told = Mutex::new(Vec::new());
        let so_far = || told.lock().expect("nobody panics with it").clone();
        let outputs = TryIterated::new([Ok(1), Ok(2), Err("no"), Ok(3), Err("never")].into_iter());
        {
            let tell = |failure: Failure<(), &'static str>| {
                let error = failure.error().copied();
                told.lock().expect("nobody panics with it").extend(error);
            };
            let mut source = pin!(Told::new(outputs, &cell, tell));
            assert_eq!(given(source.as_mut(), 9), [1, 2]);
            assert_eq!(so_far(), [""; 0]);
            assert_eq!(
                given(source.as_mut(), 9),
                [0; 0],
                "the pipeline is asked first"
            );
            assert_eq!(so_far(), ["no"]);
            assert_eq!(given(source.as_mut(), 9), [3]);
        }
        assert_eq!(so_far(), ["no", "never"], "it is told at the end, too");
        let stats = cell.stats();
        assert_eq!((stats.received, stats.failed), (2, 2));
    }
}
