//! A generator that pushes: it is polled for items, which come through its outlet, a chunk at a time.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;

use super::{Outlet, Outputs};

pin_project! {
    /// The items that a future pushes through its outlet.
    pub struct Pushed<T, E, F> {
        outlet: Outlet<T>,
        // what has been read, and is given next
        read: VecDeque<T>,
        error: Option<E>,
        ended: bool,
        #[pin]
        push: F,
    }
}

impl<T, E, F: Future<Output = Result<(), E>>> Pushed<T, E, F> {
    /// The items of a generator that holds an outlet onto the same cell.
    pub fn new(outlet: &Outlet<T>, push: impl FnOnce(Outlet<T>) -> F) -> Self {
        Self {
            outlet: outlet.share(),
            read: VecDeque::new(),
            error: None,
            ended: false,
            push: push(outlet.share()),
        }
    }

    /// Reads so many items at most, which the generator is asked for if there are none.
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, most: usize) -> Poll<Read> {
        let this = self.project();
        // what comes while the generator is polled here wakes nobody
        this.outlet.read(this.read, most, None);
        if !this.read.is_empty() {
            return Poll::Ready(Read::Some);
        }
        if !*this.ended
            && let Poll::Ready(result) = this.push.poll(cx)
        {
            *this.ended = true;
            // what a generator returns because it was asked to end is no failure of its own
            *this.error = result.err().filter(|_| !this.outlet.is_stopped());
        }
        let has_more = this.outlet.read(this.read, most, Some(cx.waker()));
        match (this.read.is_empty(), *this.ended) {
            (false, false) if !has_more => Poll::Ready(Read::All),
            (false, _) => Poll::Ready(Read::Some),
            (true, true) => Poll::Ready(Read::Nothing),
            (true, false) => Poll::Pending,
        }
    }
}

/// What a look into the outlet has found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// Some items.
    Some,
    /// All that the generator has until it goes on.
    All,
    /// The end.
    Nothing,
}

impl<T, E, F> fmt::Debug for Pushed<T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushed")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<T: Send, E: Send, F: Future<Output = Result<(), E>> + Send> Outputs<T, E> for Pushed<T, E, F> {
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        if self.read.is_empty() && ready!(self.as_mut().poll_read(cx, 1)) == Read::Nothing {
            return Poll::Ready(self.project().error.take().map(Err));
        }
        Poll::Ready(self.project().read.pop_front().map(Ok))
    }

    fn each(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        most: usize,
        mut give: impl FnMut(Result<T, E>) -> bool,
    ) -> bool {
        let (mut left, mut is_all) = (most, false);
        while left > 0 {
            let given = if let Some(item) = self.as_mut().project().read.pop_front() {
                give(Ok(item))
            } else if is_all {
                break;
            } else {
                match self.as_mut().poll_read(cx, left) {
                    Poll::Ready(Read::Nothing) => match self.as_mut().project().error.take() {
                        Some(error) => give(Err(error)),
                        None => return false,
                    },
                    Poll::Ready(read) => {
                        is_all = read == Read::All;
                        continue;
                    }
                    Poll::Pending => break,
                }
            };
            left -= 1;
            if !given {
                break;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::{pending, poll_fn},
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering::Relaxed},
        },
        task::Waker,
    };

    use super::*;
    use crate::stage::{Stopped, wakes::Wakes};

    /// A generator that sent while it was polled woke its own task, which was then polled again in vain.
    #[test]
    fn what_is_sent_while_the_generator_is_polled_wakes_nobody() {
        let outlet = Outlet::new();
        let pushed = Pushed::<_, Stopped, _>::new(&outlet, async |mut outlet| {
            outlet.send(1).await?;
            pending().await
        });
        let (mut pushed, wakes) = (pin!(pushed), Arc::<Wakes>::default());
        let reader = Waker::from(Arc::clone(&wakes));
        let mut cx = Context::from_waker(&reader);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Pending);
        assert_eq!(wakes.count(), 0);
    }

    #[test]
    fn what_is_sent_from_elsewhere_wakes_the_reader() {
        let outlet = Outlet::new();
        let pushed = Pushed::<u32, Stopped, _>::new(&outlet, |_| pending());
        let (mut pushed, wakes) = (pin!(pushed), Arc::<Wakes>::default());
        let reader = Waker::from(Arc::clone(&wakes));
        let mut cx = Context::from_waker(&reader);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Pending);
        let mut elsewhere = outlet.share();
        let sent = pin!(elsewhere.send(1)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(sent, Poll::Ready(Ok(())));
        assert_eq!(wakes.count(), 1);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
    }

    /// A generator that sends these numbers without a wait.
    fn counting(outlet: &Outlet<u32>, to: u32) -> impl Outputs<u32, Stopped> {
        Pushed::new(outlet, move |mut outlet| async move {
            for n in 0..to {
                outlet.send(n).await?;
            }
            Err(Stopped)
        })
    }

    /// What is given of so many that are asked for, and whether more may come.
    fn given(pushed: Pin<&mut impl Outputs<u32, Stopped>>, most: usize) -> (Vec<u32>, bool) {
        let mut given = Vec::new();
        let goes_on = pushed.each(&mut Context::from_waker(Waker::noop()), most, |item| {
            given.extend(item.ok());
            true
        });
        (given, goes_on)
    }

    #[test]
    fn as_many_are_given_as_are_asked_for() {
        let outlet = Outlet::new();
        outlet.allow(3);
        let mut pushed = pin!(counting(&outlet, 8));
        assert_eq!(given(pushed.as_mut(), 2), (vec![0, 1], true));
        assert!(outlet.in_hand(), "the third was sent, too");
        assert_eq!(given(pushed.as_mut(), 5), (vec![2, 3, 4, 5, 6], true));
        assert_eq!(given(pushed.as_mut(), 5), (vec![7], false));
        assert!(!outlet.in_hand());
    }

    #[test]
    fn what_is_not_wanted_yet_is_given_later() {
        let outlet = Outlet::new();
        outlet.allow(8);
        let (mut pushed, mut first) = (pin!(counting(&outlet, 4)), None);
        let mut cx = Context::from_waker(Waker::noop());
        pushed.as_mut().each(&mut cx, 8, |item| {
            first = item.ok();
            false
        });
        assert_eq!(first, Some(0));
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
        assert_eq!(given(pushed.as_mut(), 8), (vec![2, 3], false));
    }

    #[test]
    fn a_generator_that_gave_all_it_has_is_not_asked_again_at_once() {
        let outlet = Outlet::new();
        outlet.allow(8);
        let asked = AtomicUsize::new(0);
        let pushed = Pushed::<_, Stopped, _>::new(&outlet, async |mut outlet| {
            outlet.send(1).await?;
            poll_fn(|_| {
                asked.fetch_add(1, Relaxed);
                Poll::<Result<(), Stopped>>::Pending
            })
            .await
        });
        let mut pushed = pin!(pushed);
        assert_eq!(given(pushed.as_mut(), 8), (vec![1], true));
        assert_eq!(asked.load(Relaxed), 1);
        assert_eq!(given(pushed.as_mut(), 8), (vec![], true));
        assert_eq!(asked.load(Relaxed), 2);
    }

    /// A sender that has room again and does not know it yet must not be taken for one that will be asked.
    #[test]
    fn what_waited_elsewhere_for_room_wakes_the_reader() {
        let outlet = Outlet::new();
        let pushed = Pushed::<u32, Stopped, _>::new(&outlet, |_| pending());
        let (mut pushed, wakes) = (pin!(pushed), Arc::<Wakes>::default());
        let reader = Waker::from(Arc::clone(&wakes));
        let (mut cx, mut elsewhere) = (Context::from_waker(&reader), outlet.share());
        let mut noop = Context::from_waker(Waker::noop());
        assert!(pin!(elsewhere.send(1)).poll(&mut noop).is_ready());
        let mut waits = pin!(elsewhere.send(2));
        assert_eq!(waits.as_mut().poll(&mut noop), Poll::Pending);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Pending);
        assert_eq!(waits.as_mut().poll(&mut noop), Poll::Ready(Ok(())));
        assert_eq!(wakes.count(), 1);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(2))));
    }
}
