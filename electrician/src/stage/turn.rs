//! The order of the chunks that several workers take: each waits for its turn to hand over.

use std::{
    collections::VecDeque,
    future::poll_fn,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
};

/// Lets workers out in the order in which they came in.
///
/// A worker that is done before its turn waits, so that at most one chunk a worker is held back.
#[derive(Debug, Default)]
pub struct Turnstile(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The number of the first place.
    turn: u64,
    /// Those that are in, the first one first.
    places: VecDeque<Place>,
}

#[derive(Debug)]
enum Place {
    Inside,
    Waiting(Waker),
    Passed,
}

impl State {
    fn place(&mut self, number: u64) -> Option<&mut Place> {
        let place = usize::try_from(number - self.turn).ok()?;
        self.places.get_mut(place)
    }
}

/// A worker's place in the order. Dropping it lets the next one out.
#[derive(Debug)]
pub struct Turn {
    turnstile: Arc<Turnstile>,
    number: u64,
}

impl Turnstile {
    /// A turnstile that nobody has entered.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Lets a worker in if it takes something: entering and taking are one step, so that their orders agree.
    pub(crate) fn poll_enter(
        self: &Arc<Self>,
        take: impl FnOnce() -> Poll<bool>,
    ) -> Poll<Option<Turn>> {
        let mut state = self.lock();
        take().map(|taken| {
            taken.then(|| {
                let number = state.turn + state.places.len() as u64;
                state.places.push_back(Place::Inside);
                Turn {
                    turnstile: Arc::clone(self),
                    number,
                }
            })
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Waits until everything that was taken before has been handed over.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            let mut state = self.turnstile.lock();
            if state.turn == self.number {
                return Poll::Ready(());
            }
            if let Some(place) = state.place(self.number) {
                *place = Place::Waiting(cx.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.turnstile.lock();
        if let Some(place) = state.place(self.number) {
            *place = Place::Passed;
        }
        while let Some(Place::Passed) = state.places.front() {
            state.places.pop_front();
            state.turn += 1;
        }
        let next = state.places.front_mut();
        let next = next.map(|next| std::mem::replace(next, Place::Inside));
        drop(state);
        if let Some(Place::Waiting(next)) = next {
            next.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(turnstile: &Arc<Turnstile>) -> Turn {
        match turnstile.poll_enter(|| Poll::Ready(true)) {
            Poll::Ready(Some(turn)) => turn,
            _ => panic!("a worker that takes something is let in"),
        }
    }

    #[tokio::test]
    async fn lets_out_in_the_order_of_entry() {
        let turnstile = Turnstile::new();
        let turns = [enter(&turnstile), enter(&turnstile), enter(&turnstile)];
        let left = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = tokio::task::JoinSet::new();
        for turn in turns.into_iter().rev() {
            let left = Arc::clone(&left);
            tasks.spawn(async move {
                turn.wait().await;
                left.lock().unwrap().push(turn.number);
            });
        }
        while tasks.join_next().await.is_some() {}
        assert_eq!(*left.lock().unwrap(), [0, 1, 2]);
    }

    #[tokio::test]
    async fn a_worker_that_gives_up_holds_nobody_back() {
        let turnstile = Turnstile::new();
        let (first, second, third) = (enter(&turnstile), enter(&turnstile), enter(&turnstile));
        drop(second);
        drop(first);
        third.wait().await;
    }

    #[test]
    fn who_takes_nothing_is_not_let_in() {
        let turnstile = Turnstile::new();
        assert!(matches!(
            turnstile.poll_enter(|| Poll::Ready(false)),
            Poll::Ready(None)
        ));
        assert!(turnstile.poll_enter(|| Poll::Pending).is_pending());
        assert_eq!(enter(&turnstile).number, 0);
    }
}
