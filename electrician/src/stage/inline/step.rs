//! What most inline operators are: an item comes in with what the operator remembers, one or none goes out at once.

use std::convert::Infallible;

use crate::stage::{ByValue, Draft, Handler, Outputs, at_once, handler};

/// An operator that gives one item or none, at once.
pub trait Step<In, Out>: Send + Sync + 'static {
    /// What one worker remembers.
    type State: Send;
    /// Whether every step gives an item.
    const ALWAYS: bool = false;

    /// What a worker begins with.
    fn state(&self) -> Self::State;
    /// What becomes of an item.
    fn step(state: &mut Self::State, item: In) -> Option<Out>;
    /// Whether no further item will be let through.
    fn sated(_state: &Self::State) -> bool {
        false
    }
}

/// An inline operator as a handler: plain, and unable to fail.
#[derive(Debug)]
pub struct Inline<S>(S);

/// An inline operator that is ready to be installed.
pub type InlineDraft<S, In, Out> = Draft<Inline<S>, In, Out, Infallible, ()>;

/// Begins to define an operator.
pub(super) fn inline<S, In, Out>(step: S) -> InlineDraft<S, In, Out>
where
    S: Step<In, Out>,
    In: 'static,
{
    handler((), Inline(step))
}

impl<S, In, Out> Handler<In, Out, Infallible, ()> for Inline<S>
where
    S: Step<In, Out>,
    In: 'static,
{
    const ONE: bool = true;
    const PLAIN: bool = true;
    const ALWAYS: bool = S::ALWAYS;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = S::State;

    fn slot(&self, (): &()) -> S::State {
        self.0.state()
    }

    fn call(
        item: In,
        state: &mut S::State,
    ) -> impl Future<Output = Result<impl Outputs<Out, Infallible>, Infallible>> + Send
    where
        In: Send,
        Out: Send,
    {
        at_once(move || Ok(S::step(state, item)))
    }

    #[inline]
    fn plain(state: &mut S::State) -> impl FnMut(In) -> Result<Option<Out>, Infallible> {
        |item| Ok(S::step(state, item))
    }

    #[inline]
    fn sated(state: &S::State) -> bool {
        S::sated(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct CountDown(u32);

    impl Step<u32, u32> for CountDown {
        type State = u32;
        fn state(&self) -> u32 {
            self.0
        }
        fn step(left: &mut u32, item: u32) -> Option<u32> {
            *left = left.checked_sub(1)?;
            Some(item)
        }
        fn sated(left: &u32) -> bool {
            *left == 0
        }
    }

    type Operator = Inline<CountDown>;

    #[test]
    fn a_plain_call_gives_what_the_step_gives() {
        const { assert!(<Operator as Handler<u32, u32, Infallible, ()>>::PLAIN) };
        let operator = Inline(CountDown(1));
        let mut slot = Handler::<u32, u32, _, _>::slot(&operator, &());
        for (item, given, sated) in [(7, Some(7), true), (8, None, true)] {
            assert_eq!(Operator::plain(&mut slot)(item), Ok(given));
            assert_eq!(<Operator as Handler<u32, u32, _, _>>::sated(&slot), sated);
        }
    }
}
