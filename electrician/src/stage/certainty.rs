//! Whether calls give something for certain.

use std::{fmt, marker::PhantomData};

use super::Handler;
use crate::edge::Certainty;

/// Nothing is called: what comes in goes on.
#[derive(Debug, Clone, Copy)]
pub struct Untouched;

impl Certainty for Untouched {
    const ALWAYS: bool = true;
}

/// What is known of a handler.
pub struct GivenBy<H, In, Out, Err, Args>(PhantomData<(H, In, Out, Err, Args)>);

impl<H, In, Out, Err, Args> GivenBy<H, In, Out, Err, Args> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<H, In: 'static, Out, Err, Args> Certainty for GivenBy<H, In, Out, Err, Args>
where
    H: Handler<In, Out, Err, Args>,
{
    const ALWAYS: bool = H::ALWAYS;
}

impl<H, In, Out, Err, Args> fmt::Debug for GivenBy<H, In, Out, Err, Args> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenBy")
    }
}

/// One after the other.
#[derive(Debug, Clone, Copy)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Certainty, B: Certainty> Certainty for Both<A, B> {
    const ALWAYS: bool = A::ALWAYS && B::ALWAYS;
}
