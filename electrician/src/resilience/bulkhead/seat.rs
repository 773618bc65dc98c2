//! A worker's own place in a bulkhead: comes in one call after the other, goes out permission without a lock while nobody else wants the place.

use super::{
    super::{apart::Apart, breaker::Verdict},
    Bulkhead, BulkheadFull, BulkheadPermit,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering::SeqCst},
    },
};
use tokio::time::Instant;

/// A place that a worker keeps between its calls.
///
/// Use one for each worker that calls often and one at a time. The place is kept only while nobody waits:
/// one who finds the bulkhead full takes it, be its worker asleep or not, and the next call asks anew. So
/// neither the limit nor the order of those who wait changes. A limit that finds its own has to see each
/// call; there, the place is asked for each time.
///
/// # Examples
///
/// ```
/// use electrician::resilience::Bulkhead;
///
/// let bulkhead = Bulkhead::new(1);
/// let mut seat = bulkhead.seat();
/// let call = seat.try_enter().unwrap();
/// assert!(bulkhead.try_enter().is_err());
/// drop(call);
///
/// let other = bulkhead.try_enter().expect("nobody sits there");
/// assert!(seat.try_enter().is_err());
/// drop(other);
/// ```
pub struct Seat {
    bulkhead: Bulkhead,
    place: Arc<Place>,
    /// The call that runs, where each one is seen.
    permit: Option<BulkheadPermit>,
}

/// Permission for one call on a seat, which ends when it is dropped.
#[must_use = "a call that is dropped is over"]
pub struct Seated<'a>(&'a mut Seat);

/// Whose the place is. Only its worker writes it while nobody wants the place.
#[derive(Debug)]
pub(super) struct Place(Apart<AtomicU8>);

/// The bulkhead's.
const FREE: u8 = 0;
/// The worker's, who is not there.
const KEPT: u8 = 1;
/// The worker's, who is.
const TAKEN: u8 = 2;

impl Seat {
    pub(super) fn new(bulkhead: Bulkhead, place: Arc<Place>) -> Self {
        Self {
            bulkhead,
            place,
            permit: None,
        }
    }

    /// Asks for a place that is free now.
    ///
    /// # Errors
    ///
    /// As [`Bulkhead::try_enter`].
    #[inline]
    pub fn try_enter(&mut self) -> Result<Seated<'_>, BulkheadFull> {
        if !self.sit() {
            let permit = self.bulkhead.try_enter()?;
            self.keep(permit);
        }
        Ok(Seated(self))
    }

    /// Waits for a place, until `deadline` if there is one.
    ///
    /// # Errors
    ///
    /// As [`Bulkhead::enter_by`].
    ///
    /// # Panics
    ///
    /// As [`Bulkhead::enter`] does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    #[inline]
    pub async fn enter(&mut self, deadline: Option<Instant>) -> Result<Seated<'_>, BulkheadFull> {
        if !self.sit() {
            self.ask(deadline).await?;
        }
        Ok(Seated(self))
    }

    /// Takes the place that was kept, if it still is.
    #[inline]
    pub(crate) fn sit(&mut self) -> bool {
        self.place.sit()
    }

    /// Takes a place that is free now. That none is free is no refusal: who asks will wait.
    #[inline]
    pub(crate) fn try_sit(&mut self) -> bool {
        self.sit()
            || self
                .bulkhead
                .enter_now()
                .map(|permit| self.keep(permit))
                .is_some()
    }

    /// Waits for a place of the bulkhead's.
    pub(crate) async fn ask(&mut self, deadline: Option<Instant>) -> Result<(), BulkheadFull> {
        let permit = match deadline {
            Some(deadline) => self.bulkhead.enter_by(deadline).await?,
            None => self.bulkhead.enter().await?,
        };
        self.keep(permit);
        Ok(())
    }

    /// What the call has opened goes on; a limit that finds its own goes by the opening.
    pub(crate) fn opened(&mut self, verdict: Verdict) {
        if let Some(permit) = &mut self.permit {
            permit.note(verdict);
        }
    }

    /// The call has ended like that.
    #[inline]
    pub(crate) fn leave(&mut self, verdict: Verdict) {
        if self.permit.is_some() {
            return self.tell(verdict);
        }
        // First the place, then the look: whoever wants it does it the other way round.
        if self.place.stand_up() && self.bulkhead.is_wanted() {
            self.bulkhead.take_back();
        }
    }

    #[cold]
    fn tell(&mut self, verdict: Verdict) {
        if let Some(permit) = self.permit.take() {
            permit.tell(verdict);
        }
    }

    /// From here on, the seat answers for the place of `permit`, unless each call has to be seen.
    fn keep(&mut self, permit: BulkheadPermit) {
        if self.bulkhead.learns() {
            self.permit = Some(permit);
            return;
        }
        permit.hand_over();
        self.place.0.store(TAKEN, SeqCst);
    }
}

impl Seated<'_> {
    /// The call has ended well.
    #[inline]
    pub fn success(self) {
        self.0.leave(Verdict::Healthy);
    }

    /// The call has failed because the other side has had too much: it refused, or was too slow.
    #[inline]
    pub fn failure(self) {
        self.0.leave(Verdict::Unhealthy);
    }
}

impl Drop for Seated<'_> {
    /// Where the call has ended before, nobody sits there any more.
    #[inline]
    fn drop(&mut self) {
        self.0.leave(Verdict::Unknown);
    }
}

impl Clone for Seat {
    /// Another worker's, in the same bulkhead.
    fn clone(&self) -> Self {
        self.bulkhead.seat()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(Verdict::Unknown);
        self.bulkhead.end_seat(&self.place);
    }
}

impl Place {
    pub(super) const fn new() -> Self {
        Self(Apart(AtomicU8::new(FREE)))
    }

    pub(super) fn is_kept(&self) -> bool {
        self.0.load(SeqCst) == KEPT
    }

    /// Takes the place away from a worker who is not there.
    pub(super) fn take_away(&self) -> bool {
        self.turn(KEPT, FREE)
    }

    #[inline]
    fn sit(&self) -> bool {
        self.turn(KEPT, TAKEN)
    }

    /// Whether the worker was there. While it is, nobody else writes.
    #[inline]
    fn stand_up(&self) -> bool {
        let was_there = self.0.load(SeqCst) == TAKEN;
        if was_there {
            self.0.store(KEPT, SeqCst);
        }
        was_there
    }

    #[inline]
    fn turn(&self, from: u8, to: u8) -> bool {
        self.0.compare_exchange(from, to, SeqCst, SeqCst).is_ok()
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seat").field(&self.bulkhead).finish()
    }
}

impl fmt::Debug for Seated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seated").field(&self.0.bulkhead).finish()
    }
}
