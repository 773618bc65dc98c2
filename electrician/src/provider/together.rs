//! A few futures come in, their outputs go out as they come, each with its place; all in the caller's task.

use std::{future::poll_fn, pin::Pin, task::Poll};

/// Futures that go on at the same time. Each wake polls all that wait, which is quick for the few backends of a group;
/// those that are left when it is dropped are given up.
pub(super) struct Together<F> {
    waiting: Vec<(usize, Pin<Box<F>>)>,
}

impl<F: Future> Together<F> {
    pub(super) fn new(futures: impl IntoIterator<Item = F>) -> Self {
        let places = futures.into_iter().map(Box::pin).enumerate();
        Self {
            waiting: places.collect(),
        }
    }

    /// The next output and the place of its future; of several that are ready, the first. Nothing when all have ended.
    pub(super) async fn next(&mut self) -> Option<(usize, F::Output)> {
        poll_fn(|cx| {
            for at in 0..self.waiting.len() {
                let (place, future) = &mut self.waiting[at];
                if let Poll::Ready(output) = future.as_mut().poll(cx) {
                    let place = *place;
                    drop(self.waiting.remove(at));
                    return Poll::Ready(Some((place, output)));
                }
            }
            if self.waiting.is_empty() {
                Poll::Ready(None)
            } else {
                Poll::Pending
            }
        })
        .await
    }

    /// All outputs, in the order of their futures.
    pub(super) async fn all(mut self) -> Vec<F::Output> {
        let mut outputs = Vec::with_capacity(self.waiting.len());
        while let Some(output) = self.next().await {
            outputs.push(output);
        }
        outputs.sort_by_key(|(place, _)| *place);
        outputs.into_iter().map(|(_, output)| output).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::future::{pending, ready};

    /// A future that was swapped into the place of one that had ended was once asked before those between.
    #[test]
    fn of_several_that_are_ready_the_first_comes_first() {
        let mut together = Together::new(["a", "b", "c", "d"].map(ready));
        for expected in [(0, "a"), (1, "b"), (2, "c"), (3, "d")] {
            assert_eq!(together.next().now_or_never(), Some(Some(expected)));
        }
        assert_eq!(together.next().now_or_never(), Some(None));
    }

    #[test]
    fn one_that_waits_holds_no_other_up() {
        let futures = [pending().left_future(), ready(7).right_future()];
        let mut together = Together::new(futures);
        assert_eq!(together.next().now_or_never(), Some(Some((1, 7))));
        assert_eq!(together.next().now_or_never(), None::<Option<(usize, i32)>>);
    }
}
