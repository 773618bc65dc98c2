//! A source that follows a script: what it gives, when, how it fails, and how it ends.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;
use tokio::time::{Sleep, sleep};

use crate::stage::{Generator, Lend, Outlet, Outputs, Shared, TryStreamed};

/// What a [`scripted`] generator does, step by step.
///
/// Use it where a test needs to say what comes in, and when. Each run of the generator plays it from the start. Clones
/// share their counters. After its last step a script ends, unless it says [`hang`](Self::hang) or
/// [`repeat`](Self::repeat).
///
/// # Examples
/// ```
/// use electrician::test::Script;
/// use futures_util::StreamExt;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let script = Script::items([1, 2]).wait(Duration::from_secs(60)).item(3).fail("the line is dead");
/// let played: Vec<_> = script.play().collect().await;
/// assert_eq!(played, [Ok(1), Ok(2), Ok(3), Err("the line is dead")]);
/// assert_eq!(script.opened(), 1);
/// # }
/// ```
#[must_use]
pub struct Script<T, E = Infallible> {
    steps: Arc<Vec<Step<T, E>>>,
    end: End,
    counts: Arc<Counts>,
}

#[derive(Clone)]
enum Step<T, E> {
    Item(T),
    Fail(E),
    Wait(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Over,
    Hang,
    Repeat,
}

#[derive(Debug, Default)]
struct Counts {
    opened: AtomicU64,
    playing: AtomicU64,
    given: AtomicU64,
}

impl<T: Clone, E: Clone> Script<T, E> {
    /// Gives these items, one after the other.
    pub fn items(items: impl IntoIterator<Item = T>) -> Self {
        let steps = items.into_iter().map(Step::Item).collect();
        Self {
            steps: Arc::new(steps),
            end: End::Over,
            counts: Arc::default(),
        }
    }

    /// Gives nothing, and ends at once.
    pub fn empty() -> Self {
        Self::items([])
    }

    /// Then gives this item.
    pub fn item(self, item: T) -> Self {
        self.step(Step::Item(item))
    }

    /// Then gives these items.
    pub fn and(mut self, items: impl IntoIterator<Item = T>) -> Self {
        Arc::make_mut(&mut self.steps).extend(items.into_iter().map(Step::Item));
        self
    }

    /// Then waits for so long.
    pub fn wait(self, time: Duration) -> Self {
        self.step(Step::Wait(time))
    }

    /// Then fails once, and goes on.
    pub fn fail(self, error: E) -> Self {
        self.step(Step::Fail(error))
    }

    /// Ends after the last step. This is the default.
    pub fn end(mut self) -> Self {
        self.end = End::Over;
        self
    }

    /// Waits for ever after the last step, wherever in the sentence it stands: the generator has to be told to end.
    pub fn hang(mut self) -> Self {
        self.end = End::Hang;
        self
    }

    /// Plays the steps again and again: the generator has to be told to end.
    ///
    /// # Panics
    /// When the script so far neither gives anything nor waits: it would keep its task busy for ever.
    pub fn repeat(mut self) -> Self {
        let does_something =
            |step: &Step<T, E>| !matches!(step, Step::Wait(time) if time.is_zero());
        assert!(
            self.steps.iter().any(does_something),
            "a script that repeats gives something, or waits"
        );
        self.end = End::Repeat;
        self
    }

    fn step(mut self, step: Step<T, E>) -> Self {
        Arc::make_mut(&mut self.steps).push(step);
        self
    }
}

impl<T, E> Script<T, E> {
    /// How often it was opened: once for each run of each generator.
    pub fn opened(&self) -> u64 {
        self.counts.opened.load(Relaxed)
    }

    /// How many runs of it are open now: none after a pipeline has ended.
    pub fn playing(&self) -> u64 {
        self.counts.playing.load(Relaxed)
    }

    /// How many items and failures it has given, over all its runs.
    pub fn given(&self) -> u64 {
        self.counts.given.load(Relaxed)
    }

    /// Plays it from the start, as the generator does.
    pub fn play(&self) -> Play<T, E> {
        self.counts.opened.fetch_add(1, Relaxed);
        self.counts.playing.fetch_add(1, Relaxed);
        Play {
            script: self.clone(),
            at: 0,
            wait: None,
        }
    }
}

impl<T, E> Clone for Script<T, E> {
    fn clone(&self) -> Self {
        Self {
            steps: Arc::clone(&self.steps),
            end: self.end,
            counts: Arc::clone(&self.counts),
        }
    }
}

impl<T, E> fmt::Debug for Script<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("steps", &self.steps.len())
            .field("end", &self.end)
            .field("counts", &self.counts)
            .finish()
    }
}

/// One run of a [`Script`]: a stream of its items and failures.
///
/// # Panics
/// Where it waits outside of a tokio runtime.
#[must_use = "streams do nothing unless polled"]
pub struct Play<T, E> {
    script: Script<T, E>,
    at: usize,
    wait: Option<Pin<Box<Sleep>>>,
}

impl<T: Clone, E: Clone> Stream for Play<T, E> {
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let Self { script, at, wait } = self.get_mut();
        loop {
            if let Some(waiting) = wait {
                ready!(waiting.as_mut().poll(cx));
                *wait = None;
            }
            let Some(step) = script.steps.get(*at) else {
                match script.end {
                    End::Over => return Poll::Ready(None),
                    End::Hang => return Poll::Pending,
                    End::Repeat => *at = 0,
                }
                continue;
            };
            *at += 1;
            let given = match step {
                Step::Item(item) => Ok(item.clone()),
                Step::Fail(error) => Err(error.clone()),
                Step::Wait(time) => {
                    *wait = Some(Box::pin(sleep(*time)));
                    continue;
                }
            };
            script.counts.given.fetch_add(1, Relaxed);
            return Poll::Ready(Some(given));
        }
    }
}

impl<T, E> Drop for Play<T, E> {
    fn drop(&mut self) {
        self.script.counts.playing.fetch_sub(1, Relaxed);
    }
}

impl<T, E> fmt::Debug for Play<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Play")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// The generator that plays a [`Script`]: `generator orders = scripted(script);`.
///
/// It can fail as the script can; with `Script<T>` it cannot.
#[allow(
    non_camel_case_types,
    reason = "a stage is named in a block as a function is"
)]
#[derive(Debug, Clone, Copy)]
pub struct scripted {}

impl<T, E, A0> Generator<T, E, (A0,)> for scripted
where
    T: Clone + Send + Sync + 'static,
    E: Clone + Send + Sync + 'static,
    A0: Shared,
    A0::Handle: Lend<Script<T, E>>,
{
    const BLOCKING: bool = false;
    const PUSHES: bool = false;
    type Slot = A0::Handle;

    fn slot(&self, args: &(A0,)) -> Self::Slot {
        args.0.shared()
    }

    fn open(slot: &mut Self::Slot, _: Outlet<T>) -> impl Outputs<T, E> {
        TryStreamed {
            stream: slot.lend().play(),
        }
    }
}
