//! A limit on one call's time: comes in a call and a limit, goes out what the call gave, or that the time is over.

use super::{BadValue, moment::after};
use pin_project_lite::pin_project;
use std::{
    error::Error,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    task::coop::{has_budget_remaining, unconstrained},
    time::{Instant, Sleep, sleep_until},
};

/// The timer of one worker: limits its calls, one after the other, and waits between them.
///
/// Use one for each run of calls that follow one another, and keep it: nothing is registered with the
/// runtime for a call that is ready when it is first asked, and a call that does wait finds the timer
/// still armed from the call before. Do not use it to limit work that never awaits: a call that
/// computes for an hour is not interrupted, because a future is only stopped where it waits.
///
/// The limit is a duration above zero. It is counted from the moment the call first waits, to the
/// millisecond that the runtime's clock has.
///
/// ```text
/// limit 2s    |- call 1 -|     |----- call 2 -----x
/// armed for   |-------------------|               the one timer is looked at when it fires, and
///                                 |---------------x moved on to what call 2 still has
/// ```
///
/// # Examples
///
/// ```
/// use electrician::resilience::Timer;
/// use std::{future, time::Duration};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let mut timer = Timer::new();
/// let limit = Duration::from_millis(5);
///
/// assert_eq!(timer.limit(limit, async { 7 }).await, Ok(7));
///
/// let elapsed = timer.limit(limit, future::pending::<u8>()).await.unwrap_err();
/// assert_eq!(elapsed.to_string(), "not done within 5ms");
/// # });
/// ```
#[derive(Debug, Default)]
pub struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
}

/// A call was not done within its limit, and was dropped where it waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    /// The time that the call was given.
    pub limit: Duration,
}

/// Whether `limit` can be meant.
///
/// # Errors
///
/// A limit of zero.
pub fn check(limit: Duration) -> Result<(), BadValue> {
    if limit.is_zero() {
        return Err(BadValue::new("timeout", "must be above zero"));
    }
    Ok(())
}

impl Timer {
    /// A timer that is armed for nothing yet; it allocates when a call first waits.
    pub const fn new() -> Self {
        Self { sleep: None }
    }

    /// Gives `call` no more time than `limit`.
    ///
    /// A call that is ready at the moment when its time is over counts as done.
    ///
    /// # Errors
    ///
    /// [`Elapsed`], when the time is over and the call still waits.
    ///
    /// # Panics
    ///
    /// When the call waits outside a tokio runtime, in one without a clock, or when the runtime that
    /// the timer first waited in has ended.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the call. The timer can be used again at once.
    pub fn limit<F: Future>(
        &mut self,
        limit: Duration,
        call: F,
    ) -> impl Future<Output = Result<F::Output, Elapsed>> {
        self.bound(Bound::to(limit), call)
    }

    /// As [`limit`](Self::limit), within both of two bounds, or one, or none.
    #[inline]
    pub(crate) fn bound<F: Future>(&mut self, bound: Bound, call: F) -> Limited<'_, F> {
        Limited {
            timer: self,
            bound,
            until: None,
            call,
        }
    }

    /// Waits for `wait`; a wait of zero is over at once.
    ///
    /// # Panics
    ///
    /// As [`limit`](Self::limit) does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends the wait. The timer can be used again at once.
    pub async fn sleep(&mut self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        let deadline = after(Instant::now(), wait);
        poll_fn(|cx| self.poll_until(deadline, cx)).await;
    }

    /// Ready when a call that was just found waiting is late, from `until` on. It had a budget before it was polled, or had not.
    pub(crate) fn poll_late(
        &mut self,
        until: Instant,
        had_budget: bool,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // A call that uses up its task's budget at each poll would else never be found late.
        if had_budget && !has_budget_remaining() {
            let mut rest = unconstrained(poll_fn(|cx| self.poll_until(until, cx)));
            return Pin::new(&mut rest).poll(cx);
        }
        self.poll_until(until, cx)
    }

    /// Ready from `deadline` on. A timer that is armed for an earlier moment stays so: it is cheaper
    /// to look again when it fires than to move it for every call.
    pub(crate) fn poll_until(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        while sleep.deadline() < deadline {
            ready!(sleep.as_mut().poll(cx));
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(cx)
    }
}

pin_project! {
    /// A call and its limit. It keeps the call where it was put: an `async fn` would move it once more.
    #[derive(Debug)]
    pub(crate) struct Limited<'t, F> {
        timer: &'t mut Timer,
        bound: Bound,
        until: Option<Instant>,
        #[pin]
        call: F,
    }
}

impl<F: Future> Future for Limited<'_, F> {
    type Output = Result<F::Output, Elapsed>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.bound.is_none() {
            return this.call.poll(cx).map(Ok);
        }
        if this.bound.is_none() {
            return this.call.poll(cx).map(Ok);
        }
        let had_budget = has_budget_remaining();
        if let Poll::Ready(output) = this.call.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let until = *this.until.get_or_insert_with(|| this.bound.until());
        let over = this.timer.poll_late(until, had_budget, cx);
        let limit = this.bound.limit.unwrap_or_default();
        over.map(|()| Err(Elapsed { limit }))
    }
}

/// The time that a call has: so long from when it first waits, and no longer than up to a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bound {
    pub(crate) limit: Option<Duration>,
    pub(crate) deadline: Option<Instant>,
}

impl Bound {
    const fn to(limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            deadline: None,
        }
    }

    #[inline]
    pub(crate) const fn is_none(self) -> bool {
        self.limit.is_none() && self.deadline.is_none()
    }

    pub(crate) fn until(self) -> Instant {
        let until = after(Instant::now(), self.limit.unwrap_or(Duration::MAX));
        self.deadline.map_or(until, |deadline| deadline.min(until))
    }
}

impl Clone for Timer {
    /// A timer of another caller's, armed for nothing yet.
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not done within {:?}", self.limit)
    }
}

impl Error for Elapsed {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future, task::Waker};
    use tokio::time::sleep;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn armed_for(timer: &Timer) -> Instant {
        timer.sleep.as_ref().expect("a call has waited").deadline()
    }

    #[test]
    fn a_ready_call_registers_no_timer() {
        // Outside a runtime, registering a timer would panic.
        let mut timer = Timer::new();
        let mut context = Context::from_waker(Waker::noop());
        let limited = Box::pin(timer.limit(ms(5), future::ready(7)))
            .as_mut()
            .poll(&mut context);
        assert_eq!(limited, Poll::Ready(Ok(7)));
        let waited = Box::pin(timer.sleep(Duration::ZERO))
            .as_mut()
            .poll(&mut context);
        assert!(waited.is_ready());
        assert!(timer.sleep.is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_ends_at_its_limit_and_not_before() {
        let mut timer = Timer::new();
        for (takes, limit, in_time) in [(0, 5, true), (4, 5, true), (6, 5, false), (900, 30, false)]
        {
            let before = Instant::now();
            let outcome = timer.limit(ms(limit), sleep(ms(takes))).await;
            assert_eq!(outcome.is_ok(), in_time, "{takes} of {limit} ms");
            assert_eq!(
                before.elapsed(),
                ms(takes.min(limit)),
                "{takes} of {limit} ms"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_ready_as_its_time_ends_is_done() {
        let mut timer = Timer::new();
        assert_eq!(timer.limit(ms(5), sleep(ms(5))).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn one_timer_serves_all_calls() {
        let mut timer = Timer::new();
        let place = |timer: &Timer| timer.sleep.as_deref().map(std::ptr::from_ref);
        timer.limit(ms(50), sleep(ms(10))).await.unwrap();
        let (first, armed) = (place(&timer), armed_for(&timer));

        timer.limit(ms(50), sleep(ms(10))).await.unwrap();
        assert_eq!(
            armed_for(&timer),
            armed,
            "not moved while it fires early enough"
        );

        let elapsed = timer.limit(ms(50), future::pending::<()>()).await;
        assert_eq!(elapsed, Err(Elapsed { limit: ms(50) }));
        assert_eq!(armed_for(&timer), armed + ms(20), "moved on when it fired");

        timer.sleep(ms(10)).await;
        assert_eq!(place(&timer), first, "never made anew");
    }

    #[tokio::test(start_paused = true)]
    async fn a_shorter_limit_than_the_last_one_is_kept() {
        let mut timer = Timer::new();
        timer.limit(ms(60_000), sleep(ms(1))).await.unwrap();
        let before = Instant::now();
        assert!(timer.limit(ms(5), future::pending::<()>()).await.is_err());
        assert_eq!(before.elapsed(), ms(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_wait_leaves_the_timer_usable() {
        let mut timer = Timer::new();
        let dropped = tokio::time::timeout(ms(3), timer.sleep(ms(60_000))).await;
        assert!(dropped.is_err());
        let before = Instant::now();
        timer.sleep(ms(7)).await;
        assert_eq!(before.elapsed(), ms(7));
    }

    #[tokio::test(start_paused = true)]
    async fn the_longest_limit_is_no_overflow() {
        let mut timer = Timer::new();
        assert_eq!(timer.limit(Duration::MAX, sleep(ms(1))).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_eats_its_budget_is_still_found_late() {
        // It keeps its task awake, so that the clock has to be moved by another one.
        tokio::spawn(async {
            loop {
                tokio::time::advance(ms(1)).await;
            }
        });
        let greedy = poll_fn(|cx| {
            while let Poll::Ready(budget) = tokio::task::coop::poll_proceed(cx) {
                budget.made_progress();
            }
            Poll::<()>::Pending
        });
        assert!(Timer::new().limit(ms(5), greedy).await.is_err());
    }

    #[test]
    fn a_limited_call_can_cross_threads() {
        fn crosses<T: Send>(_: T) {}
        let mut timer = Timer::new();
        crosses(timer.limit(ms(1), future::ready(())));
        assert_eq!(
            check(Duration::ZERO).unwrap_err().to_string(),
            "`timeout` must be above zero"
        );
        assert_eq!(check(ms(1)), Ok(()));
    }
}
