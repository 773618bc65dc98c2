//! A handler in whose way things are put on purpose: comes in an item, goes out what the call gave, later, or something in its place.

use std::future::Future;

use super::{Answer, Handler, Mode, Outputs, Takes, Waits};
use crate::resilience::chaos::Chaos;

/// A handler whose calls go wrong at a rate.
#[derive(Debug)]
pub struct Chaotic<H, Out, Err> {
    handler: H,
    chaos: Option<Chaos<Out, Err>>,
}

/// What a slot owns, and what is put in its way.
#[derive(Debug)]
pub struct Troubled<S, Out, Err> {
    slot: S,
    chaos: Option<Chaos<Out, Err>>,
}

impl<H, Out, Err> Chaotic<H, Out, Err> {
    pub(super) fn new(handler: H, chaos: Option<Chaos<Out, Err>>) -> Self {
        Self { handler, chaos }
    }
}

impl<H: Takes<In>, In, Out, Err> Takes<In> for Chaotic<H, Out, Err> {}

impl<H: Waits, Out, Err> Waits for Chaotic<H, Out, Err> {}

impl<H, In, Out, Err, Args> Handler<In, Out, Err, Args> for Chaotic<H, Out, Err>
where
    In: Send + 'static,
    Out: Send + 'static,
    Err: Send + 'static,
    H: Handler<In, Out, Err, Args>,
{
    const ONE: bool = H::ONE;
    const PLAIN: bool = false;
    const BLOCKING: bool = H::BLOCKING;
    type Mode = H::Mode;
    type Slot = Troubled<H::Slot, Out, Err>;

    fn slot(&self, args: &Args) -> Self::Slot {
        Troubled {
            slot: self.handler.slot(args),
            chaos: self.chaos.clone(),
        }
    }

    fn call<'a>(
        given: <Self::Mode as Mode>::Given<'a, In>,
        slot: &'a mut Self::Slot,
    ) -> impl Future<Output = Result<impl Outputs<Out, Err>, Err>> + Send {
        let Troubled { slot, chaos } = slot;
        // nothing of the call happens before it is polled
        let call = H::call(given, slot);
        async move {
            if let Some(chaos) = chaos
                && let Some(result) = chaos.befall(chaos.next()).await
            {
                return result.map(Answer::instead);
            }
            call.await.map(Answer::given)
        }
    }

    fn sated(slot: &Self::Slot) -> bool {
        H::sated(&slot.slot)
    }
}
