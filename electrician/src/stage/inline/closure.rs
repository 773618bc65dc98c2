//! Closures in a handler's place: synchronous or not, able to fail or not, with an output or as a sink.

use std::{convert::Infallible, future::Future, marker::PhantomData};

use super::{
    each::{Map, map},
    step::{InlineDraft, Step, inline},
};
use crate::stage::{
    ByValue, Draft, Handler, Maybe, Nothing, Outputs, Port, Waits, at_once, handler, mapped,
};

/// A closure: `handler double = |n: u64| n * 2;`.
pub fn closure<T, U, F>(port: Port<T>, f: F) -> InlineDraft<Map<F>, T, U>
where
    T: 'static,
    F: FnMut(T) -> U + Clone + Send + Sync + 'static,
{
    map(port, f)
}

/// A closure that gives nothing: `handler show = |n: u64| println!("{n}");`.
pub fn sink<T, U, F>(_: Port<T>, f: F) -> InlineDraft<Sink<F>, T, Nothing>
where
    T: 'static,
    U: Silent,
    F: FnMut(T) -> U + Clone + Send + Sync + 'static,
{
    inline(Sink(f))
}

/// A closure whose output is waited for: `handler fetch = |url: Url| async move { get(url).await };`.
pub fn closure_async<T, U, Fut, F>(_: Port<T>, f: F) -> Draft<Awaits<F>, T, U, Infallible, ()>
where
    T: 'static,
    Fut: Future<Output = U> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
{
    handler((), Awaits(f, PhantomData))
}

/// As [`closure_async`], where it gives nothing.
pub fn sink_async<T, U, Fut, F>(
    _: Port<T>,
    f: F,
) -> Draft<Awaits<F, Discarded>, T, Nothing, Infallible, ()>
where
    T: 'static,
    U: Silent,
    Fut: Future<Output = U> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
{
    handler((), Awaits(f, PhantomData))
}

/// A closure that can fail: `handler parse = |line: String| -> Result<u64, ParseIntError> { line.parse() };`.
pub fn try_closure<T, U, E, F>(_: Port<T>, f: F) -> Draft<Tries<F>, T, U, E, ()>
where
    T: 'static,
    E: Send,
    F: FnMut(T) -> Result<U, E> + Clone + Send + Sync + 'static,
{
    handler((), Tries(f, PhantomData))
}

/// As [`try_closure`], where it gives nothing.
pub fn try_sink<T, U, E, F>(_: Port<T>, f: F) -> Draft<Tries<F, Discarded>, T, Nothing, E, ()>
where
    T: 'static,
    U: Silent,
    E: Send,
    F: FnMut(T) -> Result<U, E> + Clone + Send + Sync + 'static,
{
    handler((), Tries(f, PhantomData))
}

/// A closure that can fail, whose output is waited for.
pub fn try_closure_async<T, U, E, Fut, F>(_: Port<T>, f: F) -> Draft<TryAwaits<F>, T, U, E, ()>
where
    T: 'static,
    E: Send,
    Fut: Future<Output = Result<U, E>> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
{
    handler((), TryAwaits(f, PhantomData))
}

/// As [`try_closure_async`], where it gives nothing.
pub fn try_sink_async<T, U, E, Fut, F>(
    _: Port<T>,
    f: F,
) -> Draft<TryAwaits<F, Discarded>, T, Nothing, E, ()>
where
    T: 'static,
    U: Silent,
    E: Send,
    Fut: Future<Output = Result<U, E>> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
{
    handler((), TryAwaits(f, PhantomData))
}

/// What a closure gives that is wired to nothing.
#[diagnostic::on_unimplemented(
    message = "[E0904] the items that this closure gives, `{Self}`, go nowhere",
    label = "nothing is wired to the output of this stage",
    note = "wire it, `stage -> next`, or discard its items on purpose with `stage -> _`"
)]
pub trait Silent {}

impl Silent for () {}

/// What becomes of that which a closure gives.
pub trait Gives<U>: Send + Sync + 'static {
    /// The output of the stage.
    type Out;
    /// The item, if there is one.
    fn item(given: U) -> Option<Self::Out>;
}

/// It is the stage's output.
#[derive(Debug)]
pub enum Passed {}

/// It is nothing: the stage is a sink.
#[derive(Debug)]
pub enum Discarded {}

impl<U> Gives<U> for Passed {
    type Out = U;

    #[inline]
    fn item(given: U) -> Option<U> {
        Some(given)
    }
}

impl<U: Silent> Gives<U> for Discarded {
    type Out = Nothing;

    #[inline]
    fn item(_: U) -> Option<Nothing> {
        None
    }
}

/// A closure that gives nothing.
#[derive(Debug)]
pub struct Sink<F>(F);

/// A closure whose output is waited for.
#[derive(Debug)]
pub struct Awaits<F, G = Passed>(F, PhantomData<G>);

impl<F, G> Waits for Awaits<F, G> {}

/// A closure that can fail.
#[derive(Debug)]
pub struct Tries<F, G = Passed>(F, PhantomData<G>);

/// A closure that can fail, whose output is waited for.
#[derive(Debug)]
pub struct TryAwaits<F, G = Passed>(F, PhantomData<G>);

impl<F, G> Waits for TryAwaits<F, G> {}

impl<T, U, F> Step<T, Nothing> for Sink<F>
where
    U: Silent,
    F: FnMut(T) -> U + Clone + Send + Sync + 'static,
{
    type State = F;

    fn state(&self) -> F {
        self.0.clone()
    }

    #[inline]
    fn step(f: &mut F, item: T) -> Option<Nothing> {
        f(item);
        None
    }
}

impl<T, U, Fut, F, G> Handler<T, G::Out, Infallible, ()> for Awaits<F, G>
where
    T: 'static,
    Fut: Future<Output = U> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
    G: Gives<U>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = F;

    fn slot(&self, (): &()) -> F {
        self.0.clone()
    }

    fn call(
        item: T,
        f: &mut F,
    ) -> impl Future<Output = Result<impl Outputs<G::Out, Infallible>, Infallible>> + Send
    where
        G::Out: Send,
    {
        mapped(f(item), |given| Ok(Maybe(G::item(given))))
    }
}

impl<T, U, E, F, G> Handler<T, G::Out, E, ()> for Tries<F, G>
where
    T: 'static,
    E: Send,
    F: FnMut(T) -> Result<U, E> + Clone + Send + Sync + 'static,
    G: Gives<U>,
{
    const ONE: bool = true;
    const PLAIN: bool = true;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = F;

    fn slot(&self, (): &()) -> F {
        self.0.clone()
    }

    fn call(item: T, f: &mut F) -> impl Future<Output = Result<impl Outputs<G::Out, E>, E>> + Send
    where
        T: Send,
        G::Out: Send,
    {
        at_once(move || Self::plain(f)(item))
    }

    #[inline]
    fn plain(f: &mut F) -> impl FnMut(T) -> Result<Option<G::Out>, E> {
        |item| Ok(G::item(f(item)?))
    }
}

impl<T, U, E, Fut, F, G> Handler<T, G::Out, E, ()> for TryAwaits<F, G>
where
    T: 'static,
    E: Send,
    Fut: Future<Output = Result<U, E>> + Send,
    F: FnMut(T) -> Fut + Clone + Send + Sync + 'static,
    G: Gives<U>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = F;

    fn slot(&self, (): &()) -> F {
        self.0.clone()
    }

    fn call(item: T, f: &mut F) -> impl Future<Output = Result<impl Outputs<G::Out, E>, E>> + Send
    where
        G::Out: Send,
    {
        mapped(f(item), |given| Ok(Maybe(G::item(given?))))
    }
}
