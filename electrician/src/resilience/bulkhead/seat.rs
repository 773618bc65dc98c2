//! A worker's own place in a bulkhead: comes in one call after the other, goes out permission without a lock while nobody else wants the place.

use super::{super::apart::Apart, Bulkhead, BulkheadFull, BulkheadPermit};
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
}

/// Permission for one call on a seat, which ends when it is dropped.
#[must_use = "a call that is dropped is over"]
pub struct Seated<'a> {
    seat: &'a Seat,
    /// Where each call is seen.
    permit: Option<BulkheadPermit>,
}

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
        Self { bulkhead, place }
    }

    /// Asks for a place that is free now.
    ///
    /// # Errors
    ///
    /// As [`Bulkhead::try_enter`].
    #[inline]
    pub fn try_enter(&mut self) -> Result<Seated<'_>, BulkheadFull> {
        if self.place.sit() {
            return Ok(self.seated(None));
        }
        let permit = self.bulkhead.try_enter()?;
        Ok(self.seated(self.keep(permit)))
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
        let permit = self.sit(deadline).await?;
        Ok(self.seated(permit))
    }

    /// As [`enter`](Self::enter), for one who rises in any case.
    #[inline]
    pub(crate) async fn sit(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<BulkheadPermit>, BulkheadFull> {
        if self.place.sit() {
            return Ok(None);
        }
        let permit = match deadline {
            Some(deadline) => self.bulkhead.enter_by(deadline).await?,
            None => self.bulkhead.enter().await?,
        };
        Ok(self.keep(permit))
    }

    /// The same, if a place is free now. That none is free is no refusal: who asked will wait.
    #[inline]
    pub(crate) fn try_sit(&mut self) -> Result<Option<BulkheadPermit>, ()> {
        if self.place.sit() {
            return Ok(None);
        }
        let permit = self.bulkhead.enter_now().ok_or(())?;
        Ok(self.keep(permit))
    }

    /// The call is over: the seat keeps its place while nobody wants it.
    #[inline]
    pub(crate) fn rise(&self) {
        // First the place, then the look: whoever wants it does it the other way round.
        if self.place.stand_up() && self.bulkhead.is_wanted() {
            self.bulkhead.take_back();
        }
    }

    /// From here on, the seat answers for the place of `permit`, unless each call has to be seen.
    fn keep(&self, permit: BulkheadPermit) -> Option<BulkheadPermit> {
        if self.bulkhead.learns() {
            return Some(permit);
        }
        permit.hand_over();
        self.place.0.store(TAKEN, SeqCst);
        None
    }

    fn seated(&self, permit: Option<BulkheadPermit>) -> Seated<'_> {
        Seated { seat: self, permit }
    }
}

impl Seated<'_> {
    /// The call has ended well.
    #[inline]
    pub fn success(mut self) {
        if let Some(permit) = self.permit.take() {
            permit.success();
        }
    }

    /// The call has failed because the other side has had too much: it refused, or was too slow.
    #[inline]
    pub fn failure(mut self) {
        if let Some(permit) = self.permit.take() {
            permit.failure();
        }
    }
}

impl Drop for Seated<'_> {
    #[inline]
    fn drop(&mut self) {
        self.seat.rise();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
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

    #[inline]
    fn stand_up(&self) -> bool {
        self.turn(TAKEN, KEPT)
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
        f.debug_tuple("Seated").field(&self.seat.bulkhead).finish()
    }
}
