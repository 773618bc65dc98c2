//! The passes over a source: plain handlers ask for its items by themselves, so that none is buffered on its way.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Waker},
};

use super::Source;
use crate::{
    edge::{Certainty, Sender},
    stage::{Lap, Outputs, Pass, call::is_void, unwind::caught},
};

/// What becomes of the items of a pass.
trait Takes<T> {
    /// Takes an item whose calls may be timed. Says whether more are wanted.
    fn one(&mut self, item: T, lap: &mut Lap<'_>) -> bool;

    /// Takes the next outputs, `most` at most. Says whether more may come.
    fn run<O, E>(
        &mut self,
        outputs: Pin<&mut O>,
        cx: &mut Context<'_>,
        most: usize,
        note: &mut Note<'_, E>,
    ) -> bool
    where
        O: Outputs<T, E>;
}

/// Calls with each of them.
struct Each<H>(H);

impl<T, H: FnMut(T, &mut Lap<'_>) -> bool> Takes<T> for Each<H> {
    #[inline]
    fn one(&mut self, item: T, lap: &mut Lap<'_>) -> bool {
        (self.0)(item, lap)
    }

    #[inline]
    fn run<O, E>(
        &mut self,
        outputs: Pin<&mut O>,
        cx: &mut Context<'_>,
        most: usize,
        note: &mut Note<'_, E>,
    ) -> bool
    where
        O: Outputs<T, E>,
    {
        outputs.each(cx, most, |output| {
            let handled = note.given(output, |item| self.one(item, &mut Lap::off()));
            handled.unwrap_or(false)
        })
    }
}

/// Makes something of them in the buffer of an edge.
struct Poured<'a, U, G, M> {
    into: &'a mut Sender<U>,
    make: M,
    certainty: PhantomData<G>,
}

impl<T, U, G, M> Takes<T> for Poured<'_, U, G, M>
where
    G: Certainty,
    M: FnMut(T, &mut Lap<'_>) -> Option<U>,
{
    #[inline]
    fn one(&mut self, item: T, lap: &mut Lap<'_>) -> bool {
        self.into.extend((self.make)(item, lap));
        true
    }

    #[inline]
    fn run<O, E>(
        &mut self,
        outputs: Pin<&mut O>,
        cx: &mut Context<'_>,
        most: usize,
        note: &mut Note<'_, E>,
    ) -> bool
    where
        O: Outputs<T, E>,
    {
        let Self { into, make, .. } = self;
        let mut make = |output| note.given(output, |item| make(item, &mut Lap::off()));
        if const { is_void::<E>() } {
            return outputs.pour::<_, G>(cx, most, into, |output| make(output).flatten());
        }
        outputs.each(cx, most, |output| {
            let given = make(output);
            let goes_on = given.is_some();
            into.extend(given.flatten());
            goes_on
        })
    }
}

/// How far a pass has come: kept where it costs nothing, and written down when the pass ends or unwinds.
struct Note<'a, E> {
    asked: usize,
    asking: bool,
    failure: &'a mut Option<E>,
    out: (&'a mut usize, &'a mut bool),
}

impl<E> Note<'_, E> {
    /// The source has given an item, and is asked for the next one after this; or it has failed.
    #[inline]
    fn given<T, R>(&mut self, output: Result<T, E>, handle: impl FnOnce(T) -> R) -> Option<R> {
        let item = match output {
            Ok(item) => item,
            Err(error) => {
                *self.failure = Some(error);
                return None;
            }
        };
        self.asked += 1;
        self.asking = false;
        let handled = handle(item);
        self.asking = true;
        Some(handled)
    }
}

impl<E> Drop for Note<'_, E> {
    fn drop(&mut self) {
        (*self.out.0, *self.out.1) = (self.asked, self.asking);
    }
}

impl<O: Outputs<T, E>, T: Send, E: Send> Source<O, T, E> {
    /// Gives items to plain handlers, as many as a pass may take where there is so much room, and as long
    /// as they want more.
    #[inline(never)]
    pub fn each(
        self: &mut Pin<&mut Self>,
        pass: &mut Pass,
        room: usize,
        handle: impl FnMut(T, &mut Lap<'_>) -> bool,
    ) {
        self.as_mut().pass_over(pass, room, Each(handle));
    }

    /// Makes something of items in the buffer of an edge, by plain handlers: as many as a pass may take where there is so
    /// much room. What always gives something costs less.
    #[inline(never)]
    pub fn pour<U, G: Certainty>(
        self: &mut Pin<&mut Self>,
        pass: &mut Pass,
        room: usize,
        (into, _): (&mut Sender<U>, G),
        make: impl FnMut(T, &mut Lap<'_>) -> Option<U>,
    ) {
        let buffered = into.len();
        let poured = Poured {
            into: &mut *into,
            make,
            certainty: PhantomData::<G>,
        };
        self.as_mut().pass_over(pass, room, poured);
        pass.poured(into.len() - buffered);
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    fn pass_over(self: Pin<&mut Self>, pass: &mut Pass, room: usize, work: impl Takes<T>) {
        let this = self.project();
        let (desk, outputs) = (this.desk, this.outputs);
        let most = desk.at_once(pass.limit(room));
        desk.outlet.allow(most);
        let (mut taken, mut asked, mut asking) = (0, 0, false);
        let had_failed = desk.failure.is_some();
        let caught = caught(|| {
            let mut work = work;
            while taken < most
                && let Some(item) = desk.chunk.pop_front()
            {
                taken += 1;
                let mut lap = pass.timed().unwrap_or_else(Lap::off);
                if !work.one(item, &mut lap) {
                    return;
                }
            }
            if desk.pushes || desk.failure.is_some() {
                return;
            }
            let mut note = Note {
                asked: 0,
                asking: true,
                failure: &mut desk.failure,
                out: (&mut asked, &mut asking),
            };
            // whoever fills the next chunk waits for an item that is not ready
            let mut cx = Context::from_waker(Waker::noop());
            desk.ended |= !work.run(outputs, &mut cx, most - taken, &mut note);
            note.asking = false;
        });
        let given = taken + asked;
        let failed = usize::from(!had_failed && desk.failure.is_some());
        desk.tally.received.add((asked + failed) as u64);
        desk.tally.completed.add(given as u64);
        desk.tally.emitted.add(given as u64);
        let mut panic = caught.err();
        if asking && let Some(panic) = panic.take() {
            desk.panicked(panic);
        }
        pass.passed(given, panic);
    }
}
