//! A sink that keeps what it was given, and when.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep, timeout},
};

use super::run::LIMIT;
use crate::stage::{ByValue, Handler, Lend, Maybe, Nothing, Outputs, Shared, Takes, Waits};

/// What a [`record`] stage was given.
///
/// Use it at the end of a pipeline, or at a side way of it, to look at what came there. Clones are handles on the same
/// record. An item is in it when its call is over, so that one which is aborted in a [`slow`](Self::slow) call is not.
///
/// # Examples
/// ```
/// use electrician::test::Recorder;
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let recorder = Recorder::slow(Duration::from_secs(1));
/// recorder.put("first").await;
/// recorder.put("second").await;
/// assert_eq!(recorder.items(), ["first", "second"]);
/// assert_eq!(recorder.times(), [Duration::ZERO, Duration::from_secs(1)]);
/// # }
/// ```
pub struct Recorder<T> {
    tape: Arc<Tape<T>>,
}

struct Tape<T> {
    made: Instant,
    slow: Duration,
    items: Mutex<Vec<(Duration, T)>>,
    grew: Notify,
}

impl<T> Recorder<T> {
    /// A recorder whose calls take no time.
    pub fn new() -> Self {
        Self::slow(Duration::ZERO)
    }

    /// A recorder each of whose calls takes so long.
    pub fn slow(time: Duration) -> Self {
        let (made, items, grew) = (Instant::now(), Mutex::default(), Notify::new());
        Self {
            tape: Arc::new(Tape {
                made,
                slow: time,
                items,
                grew,
            }),
        }
    }

    /// Records an item, as the stage does.
    ///
    /// # Cancel safety
    /// Not cancel safe: an item whose call is dropped is lost.
    pub async fn put(&self, item: T) {
        let came = self.tape.made.elapsed();
        if !self.tape.slow.is_zero() {
            sleep(self.tape.slow).await;
        }
        self.tape().push((came, item));
        self.tape.grew.notify_waiters();
    }

    /// The items, in the order in which their calls ended.
    pub fn items(&self) -> Vec<T>
    where
        T: Clone,
    {
        self.tape().iter().map(|(_, item)| item.clone()).collect()
    }

    /// When the call of each item began, since the recorder was made; in the order of [`items`](Self::items).
    pub fn times(&self) -> Vec<Duration> {
        self.tape().iter().map(|(came, _)| *came).collect()
    }

    /// Takes the items out, with their times: the record is empty then.
    pub fn take(&self) -> Vec<T> {
        let taken = std::mem::take(&mut *self.tape());
        taken.into_iter().map(|(_, item)| item).collect()
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.tape().len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Waits until there are so many items.
    ///
    /// # Panics
    /// After an hour, which takes no time under the paused clock.
    ///
    /// # Cancel safety
    /// Dropping the future changes nothing.
    pub async fn wait_for(&self, count: usize) {
        let arrived = timeout(LIMIT, async {
            loop {
                let mut grew = std::pin::pin!(self.tape.grew.notified());
                grew.as_mut().enable();
                if self.len() >= count {
                    return;
                }
                grew.await;
            }
        });
        assert!(
            arrived.await.is_ok(),
            "waited an hour for {count} items, and there are {}",
            self.len()
        );
    }

    fn tape(&self) -> MutexGuard<'_, Vec<(Duration, T)>> {
        self.tape
            .items
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Recorder<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Recorder<T> {
    fn clone(&self) -> Self {
        Self {
            tape: Arc::clone(&self.tape),
        }
    }
}

impl<T> fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// The sink that fills a [`Recorder`]: `handler store = record(recorder);`.
///
/// It takes its item by value. The type of the recorder says what it takes: at an `error` port, a
/// `Recorder<AnyFailure>` takes the failures of any stage.
#[allow(
    non_camel_case_types,
    reason = "a stage is named in a block as a function is"
)]
#[derive(Debug, Clone, Copy)]
pub struct record {}

impl<T, A0> Handler<T, Nothing, Infallible, (A0,)> for record
where
    T: Send + 'static,
    A0: Shared,
    A0::Handle: Lend<Recorder<T>>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = A0::Handle;

    fn slot(&self, args: &(A0,)) -> Self::Slot {
        args.0.shared()
    }

    async fn call(
        given: T,
        slot: &mut Self::Slot,
    ) -> Result<impl Outputs<Nothing, Infallible>, Infallible> {
        slot.lend().put(given).await;
        Ok(Maybe(None))
    }
}

impl<T> Takes<T> for record {}

impl Waits for record {}
