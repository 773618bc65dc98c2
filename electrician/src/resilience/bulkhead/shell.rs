//! The bulkhead that calls share: comes in a call that asks, goes out a permit, a refusal, or a wait for one.

use super::{
    super::{BadValue, apart::Apart, line::Line, moment::after},
    BulkheadFull, BulkheadPermit, BulkheadSnapshot, Concurrency, Seat,
    adaptive::{Limits, Sample},
    seat::Place,
    state::State,
};
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Lets so many calls run at once, and no more.
///
/// A clone is the same bulkhead; [`Concurrency`] says how many. Values that are out of their range are
/// taken to the nearest one inside, or to the default; [`Concurrency::check`] refuses them.
///
/// - Those who wait are let in in the order in which they came; nobody who asks without waiting
///   overtakes them.
/// - They are bounded, and so is how long they wait.
/// - A permit gives its place back however its call ends.
/// - A lower limit takes nobody's permit away: nobody is let in until enough have ended.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Bulkhead, Concurrency};
/// use std::time::Duration;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let bulkhead = Bulkhead::new(Concurrency::from(2).max_wait(Duration::from_secs(1)));
/// let (one, _two) = (bulkhead.enter().await.unwrap(), bulkhead.enter().await.unwrap());
///
/// let full = bulkhead.enter().await.unwrap_err();
/// assert_eq!(full.to_string(), "the bulkhead is full: 2 of 2 run, and 0 wait");
///
/// one.success();
/// assert!(bulkhead.enter().await.is_ok());
/// # });
/// ```
#[derive(Clone)]
pub struct Bulkhead {
    shared: Arc<Shared>,
}

struct Shared {
    inside: Apart<Mutex<Inside>>,
    line: Line,
    /// Whether places that are kept between calls are wanted back, for seats to see without the lock.
    wanted: Apart<AtomicBool>,
    max_wait: Option<Duration>,
    /// Whether the limit finds its own, as long as nobody sets it.
    learns: bool,
}

#[repr(C)]
struct Inside {
    state: State,
    /// Those that workers may keep between their calls.
    places: Vec<Arc<Place>>,
}

impl Bulkhead {
    /// An empty bulkhead.
    pub fn new(concurrency: impl Into<Concurrency>) -> Self {
        let concurrency = concurrency.into();
        let state = State::new(&concurrency);
        Self {
            shared: Arc::new(Shared {
                learns: state.learns(),
                inside: Apart(Mutex::new(Inside {
                    state,
                    places: Vec::new(),
                })),
                line: Line::new(),
                wanted: Apart(AtomicBool::new(false)),
                max_wait: concurrency.max_wait,
            }),
        }
    }

    /// Asks for a place that is free now.
    ///
    /// # Errors
    ///
    /// [`BulkheadFull`], when none is free or others wait for one.
    pub fn try_enter(&self) -> Result<BulkheadPermit, BulkheadFull> {
        self.enter_now().ok_or_else(|| self.inside().state.refuse())
    }

    /// The same, where it is no refusal that none is free.
    pub(super) fn enter_now(&self) -> Option<BulkheadPermit> {
        let running = self.inside().enter();
        running.map(|running| self.permit(running))
    }

    /// Waits for a place.
    ///
    /// # Errors
    ///
    /// [`BulkheadFull`], at once, when too many wait already; after `max_wait`, when the turn has not come.
    ///
    /// # Panics
    ///
    /// When it has to wait for a limited time outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn enter(&self) -> Result<BulkheadPermit, BulkheadFull> {
        self.wait(None).await
    }

    /// Waits for a place until `deadline`.
    ///
    /// # Errors
    ///
    /// As [`enter`](Self::enter), and at `deadline`; at once, when it has passed.
    ///
    /// # Panics
    ///
    /// As [`enter`](Self::enter) does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn enter_by(&self, deadline: Instant) -> Result<BulkheadPermit, BulkheadFull> {
        if deadline < Instant::now() {
            return Err(self.inside().state.refuse());
        }
        self.wait(Some(deadline)).await
    }

    /// A worker's own place, which it keeps between its calls while nobody else wants it.
    pub fn seat(&self) -> Seat {
        let place = Arc::new(Place::new());
        self.inside().places.push(place.clone());
        Seat::new(self.clone(), place)
    }

    /// From here on, `calls` at once, whatever found the limit before.
    ///
    /// # Errors
    ///
    /// A limit of 0; nothing is changed then.
    pub fn set(&self, calls: u32) -> Result<(), BadValue> {
        Limits::Fixed(calls).check()?;
        self.change(|state| state.set(calls));
        Ok(())
    }

    /// How it stands now. Looking changes nothing.
    pub fn snapshot(&self) -> BulkheadSnapshot {
        let inside = self.inside();
        let kept = inside.places.iter().filter(|place| place.is_kept());
        let mut snapshot = inside.state.snapshot();
        snapshot.running -= u32::try_from(kept.count()).unwrap_or(snapshot.running);
        snapshot
    }

    pub(super) fn learns(&self) -> bool {
        self.shared.learns
    }

    pub(super) fn leave(&self, sample: Option<Sample>) {
        self.change(|state| state.leave(sample));
    }

    #[inline]
    pub(super) fn is_wanted(&self) -> bool {
        self.shared.wanted.load(SeqCst)
    }

    /// Takes back what is kept, if it is still wanted.
    pub(super) fn take_back(&self) {
        self.change(|_| ());
    }

    pub(super) fn end_seat(&self, place: &Arc<Place>) {
        let mut inside = self.inside();
        inside.places.retain(|each| !Arc::ptr_eq(each, place));
        drop(inside);
        if place.take_away() {
            self.leave(None);
        }
    }

    async fn wait(&self, deadline: Option<Instant>) -> Result<BulkheadPermit, BulkheadFull> {
        let running = match self.enter_or_join()? {
            Some(running) => running,
            None => self.stand(deadline).await?,
        };
        Ok(self.permit(running))
    }

    /// A place, a place in the line, or neither.
    fn enter_or_join(&self) -> Result<Option<u32>, BulkheadFull> {
        if let Some(running) = self.inside().enter() {
            return Ok(Some(running));
        }
        self.change(|state| match state.enter() {
            None if !state.join() => Err(state.refuse()),
            running => Ok(running),
        })
    }

    async fn stand(&self, deadline: Option<Instant>) -> Result<u32, BulkheadFull> {
        let place = InLine(self);
        let max_wait = self.shared.max_wait;
        let own = max_wait.map(|wait| after(Instant::now(), wait));
        let deadline = deadline.into_iter().chain(own).min();
        let turn = || self.inside().state.enter_in_turn().ok_or(None);
        let running = self.shared.line.wait(deadline, turn).await;
        drop(place);
        running.ok_or_else(|| self.inside().state.refuse())
    }

    fn permit(&self, running: u32) -> BulkheadPermit {
        BulkheadPermit::new(self.clone(), running)
    }

    /// Changes something, and lets everybody know whom it concerns.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut inside = self.inside();
        let answer = change(&mut inside.state);
        let wanted = inside.state.wants();
        if wanted != self.is_wanted() {
            self.shared.wanted.store(wanted, SeqCst);
        }
        if wanted {
            // First the word, then the look: a seat does it the other way round.
            inside.take_back();
        }
        let ask_again = inside.state.ask_again();
        drop(inside);
        if ask_again {
            self.shared.line.ask_again();
        }
        answer
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing panics while it holds the lock, and every value of the state is a good one.
        self.shared
            .inside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Lets one in that does not wait, on a place that somebody keeps if there is no other one.
    fn enter(&mut self) -> Option<u32> {
        self.state.enter().or_else(|| {
            self.take_back();
            self.state.enter()
        })
    }

    fn take_back(&mut self) {
        for _ in self.places.iter().filter(|place| place.take_away()) {
            self.state.leave(None);
        }
    }
}

/// A place in the line, which is left in any case.
struct InLine<'a>(&'a Bulkhead);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.change(State::left);
    }
}

impl fmt::Debug for Bulkhead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bulkhead").field(&self.snapshot()).finish()
    }
}
