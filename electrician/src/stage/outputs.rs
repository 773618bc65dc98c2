//! What one call of a handler gives: one item, none, or many, each of which may fail by itself.

#![allow(missing_docs, reason = "the fields of a projection cannot carry docs")]

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

use crate::{
    __private::not_plain,
    edge::{Certainty, Sender, repeat},
};

/// The outputs of one call.
pub trait Outputs<T, E>: Send {
    /// The next output, an error in its place, or the end.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>>;

    /// Gives the next outputs, as many as are there now, `most` at most, and as long as these are wanted. Says whether
    /// more may come.
    ///
    /// If fewer than that came, and more may come, the context is woken.
    fn each(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        most: usize,
        mut give: impl FnMut(Result<T, E>) -> bool,
    ) -> bool {
        for _ in 0..most {
            match self.as_mut().poll_next(cx) {
                Poll::Ready(Some(output)) => {
                    if !give(output) {
                        break;
                    }
                }
                Poll::Ready(None) => return false,
                Poll::Pending => break,
            }
        }
        true
    }

    /// Makes something of the next outputs in the buffer of an edge, as [`each`](Self::each) gives them. What
    /// always gives something may cost less.
    fn pour<U, G: Certainty>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        most: usize,
        into: &mut Sender<U>,
        mut make: impl FnMut(Result<T, E>) -> Option<U>,
    ) -> bool {
        self.each(cx, most, |output| {
            if let Some(made) = make(output) {
                into.push(made);
            }
            true
        })
    }

    /// A look at the one output of a call that gives one at most; nothing where there may be several.
    fn shown(&self) -> Option<&T> {
        None
    }

    /// The one output of a call that gives one at most.
    ///
    /// # Panics
    /// Where there may be several.
    fn one(self) -> Option<T>
    where
        Self: Sized,
    {
        not_plain()
    }
}

/// One item, or none.
#[derive(Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Unpin for Maybe<T> {}

impl<T: Send, E> Outputs<T, E> for Maybe<T> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        Poll::Ready(self.get_mut().0.take().map(Ok))
    }

    #[inline]
    fn shown(&self) -> Option<&T> {
        self.0.as_ref()
    }

    #[inline]
    fn one(self) -> Option<T> {
        self.0
    }
}

pin_project! {
    /// The outputs of a call, or what stands in their place.
    #[derive(Debug)]
    pub struct Answer<O, T> {
        #[pin]
        given: Option<O>,
        instead: Option<T>,
    }
}

impl<O, T> Answer<O, T> {
    /// The outputs of a call.
    pub fn given(outputs: O) -> Self {
        Self {
            given: Some(outputs),
            instead: None,
        }
    }

    /// An output in the place of those.
    pub fn instead(output: T) -> Self {
        Self {
            given: None,
            instead: Some(output),
        }
    }
}

impl<O: Outputs<T, E>, T: Send, E> Outputs<T, E> for Answer<O, T> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let this = self.project();
        match this.given.as_pin_mut() {
            Some(outputs) => outputs.poll_next(cx),
            None => Poll::Ready(this.instead.take().map(Ok)),
        }
    }

    fn shown(&self) -> Option<&T> {
        match &self.given {
            Some(outputs) => outputs.shown(),
            None => self.instead.as_ref(),
        }
    }

    fn one(self) -> Option<T> {
        match self.given {
            Some(outputs) => outputs.one(),
            None => self.instead,
        }
    }
}

/// The items of an iterator.
#[derive(Debug)]
pub struct Iterated<I>(Option<I>);

impl<I> Unpin for Iterated<I> {}

impl<I: Iterator> Iterated<I> {
    /// Of this iterator.
    pub fn new(items: I) -> Self {
        Self(Some(items))
    }

    fn next(&mut self) -> Option<I::Item> {
        self.0.as_mut()?.next()
    }

    /// Runs the iterator where the optimiser sees all of it, and has it back at the end, or when `give` panics.
    #[inline]
    fn run(&mut self, most: usize, mut give: impl FnMut(I::Item) -> bool) -> bool {
        let mut lent = Borrowed::of(&mut self.0);
        let Some(items) = &mut lent.items else {
            return false;
        };
        let mut goes_on = true;
        repeat(most, || {
            let next = items.next();
            goes_on = next.is_some();
            next.is_some_and(&mut give)
        });
        goes_on
    }
}

/// Takes an iterator home.
struct Borrowed<'a, I> {
    items: Option<I>,
    home: &'a mut Option<I>,
}

impl<'a, I> Borrowed<'a, I> {
    fn of(home: &'a mut Option<I>) -> Self {
        let items = home.take();
        Self { items, home }
    }
}

impl<I> Drop for Borrowed<'_, I> {
    fn drop(&mut self) {
        *self.home = self.items.take();
    }
}

impl<I: Iterator + Send, E> Outputs<I::Item, E> for Iterated<I> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<I::Item, E>>> {
        Poll::Ready(self.get_mut().next().map(Ok))
    }

    #[inline]
    fn each(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        most: usize,
        mut give: impl FnMut(Result<I::Item, E>) -> bool,
    ) -> bool {
        self.get_mut().run(most, |item| give(Ok(item)))
    }

    #[inline]
    fn pour<U, G: Certainty>(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        most: usize,
        into: &mut Sender<U>,
        mut make: impl FnMut(Result<I::Item, E>) -> Option<U>,
    ) -> bool {
        let items = self.get_mut();
        if !G::ALWAYS {
            return items.run(most, |item| {
                if let Some(made) = make(Ok(item)) {
                    into.push(made);
                }
                true
            });
        }
        let before = into.len();
        let mut lent = Borrowed::of(&mut items.0);
        if let Some(items) = &mut lent.items {
            let each = |item| make(Ok(item)).expect("something is made of every item");
            into.extend(items.by_ref().take(most).map(each));
        }
        into.len() - before == most
    }
}

/// The items of an iterator that fail one by one.
#[derive(Debug)]
pub struct TryIterated<I>(Iterated<I>);

impl<I> Unpin for TryIterated<I> {}

impl<I: Iterator> TryIterated<I> {
    /// Of this iterator.
    pub fn new(items: I) -> Self {
        Self(Iterated::new(items))
    }
}

impl<T, E, I: Iterator<Item = Result<T, E>> + Send> Outputs<T, E> for TryIterated<I> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        Poll::Ready(self.get_mut().0.next())
    }

    #[inline]
    fn each(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        most: usize,
        give: impl FnMut(Result<T, E>) -> bool,
    ) -> bool {
        self.get_mut().0.run(most, give)
    }
}

pin_project! {
    /// The items of a stream.
    #[derive(Debug)]
    pub struct Streamed<S> {
        #[pin]
        pub stream: S,
    }
}

impl<S: Stream + Send, E> Outputs<S::Item, E> for Streamed<S> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<S::Item, E>>> {
        self.project().stream.poll_next(cx).map(|next| next.map(Ok))
    }
}

pin_project! {
    /// The items of a stream that fail one by one.
    #[derive(Debug)]
    pub struct TryStreamed<S> {
        #[pin]
        pub stream: S,
    }
}

impl<T, E, S: Stream<Item = Result<T, E>> + Send> Outputs<T, E> for TryStreamed<S> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        self.project().stream.poll_next(cx)
    }
}
