//! A handler that fails on plan: the n-th call fails, panics, hangs, or takes its time.

use std::{
    convert::Infallible,
    fmt,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::sleep;

use crate::stage::{ByRef, ByValue, Handler, Lend, Maybe, Outputs, Shared, Takes, Waits};

/// Which calls of a [`faulty`] stage go wrong, and how.
///
/// Use it to see what retries, breakers, timeouts and error ports make of a backend that fails. Calls are counted from 1,
/// over all workers, retries and restarts; clones share the count. Where several rules speak of a call, the first one
/// written holds. A handler of your own can follow a plan too: `faults.act().await?`.
///
/// # Examples
/// ```
/// use electrician::test::Faults;
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let faults = Faults::none().fail_on(2, "no funds").fail_every(3, "gateway is down");
/// assert_eq!(faults.act().await, Ok(()));
/// assert_eq!(faults.act().await, Err("no funds"));
/// assert_eq!(faults.act().await, Err("gateway is down"));
/// assert_eq!(faults.calls(), 3);
/// # }
/// ```
#[must_use]
pub struct Faults<E = Infallible> {
    rules: Vec<Rule<E>>,
    slow: Duration,
    counts: Arc<Counts>,
}

/// What happens to the call of this number, if this rule speaks of it.
type Rule<E> = Arc<dyn Fn(u64) -> Option<Fault<E>> + Send + Sync>;

enum Fault<E> {
    Error(E),
    Panic,
    Hang,
    Slow(Duration),
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    concurrent: AtomicU64,
    max_concurrent: AtomicU64,
}

/// A call that is being made.
struct Here<'a>(&'a Counts);

impl<E: 'static> Faults<E> {
    /// No call goes wrong.
    pub fn none() -> Self {
        Self {
            rules: Vec::new(),
            slow: Duration::ZERO,
            counts: Arc::default(),
        }
    }

    /// This call fails.
    pub fn fail_on(self, call: u64, error: E) -> Self
    where
        E: Clone + Send + Sync,
    {
        self.fail_from_to(call, call, error)
    }

    /// The calls from the first number to the second one fail; both are included.
    pub fn fail_from_to(self, first: u64, last: u64, error: E) -> Self
    where
        E: Clone + Send + Sync,
    {
        self.fail_with(move |call| (first..=last).contains(&call).then(|| error.clone()))
    }

    /// Every so many calls, one fails.
    ///
    /// # Panics
    /// When the number is zero.
    pub fn fail_every(self, count: u64, error: E) -> Self
    where
        E: Clone + Send + Sync,
    {
        assert!(count > 0, "every 0 calls is never: leave the rule out");
        self.fail_with(move |call| call.is_multiple_of(count).then(|| error.clone()))
    }

    /// The calls fail for which this gives an error: for errors that are not `Clone`, and for odd plans.
    pub fn fail_with(self, error: impl Fn(u64) -> Option<E> + Send + Sync + 'static) -> Self {
        self.rule(move |call| error(call).map(Fault::Error))
    }

    /// This call panics.
    pub fn panic_on(self, call: u64) -> Self {
        self.rule(move |this| (this == call).then_some(Fault::Panic))
    }

    /// This call never ends by itself.
    pub fn hang_on(self, call: u64) -> Self {
        self.rule(move |this| (this == call).then_some(Fault::Hang))
    }

    /// This call takes so long, and succeeds.
    pub fn slow_on(self, call: u64, time: Duration) -> Self {
        self.rule(move |this| (this == call).then_some(Fault::Slow(time)))
    }

    /// Every call takes so long before it does what is planned for it.
    pub fn slow(mut self, time: Duration) -> Self {
        self.slow = time;
        self
    }

    fn rule(mut self, rule: impl Fn(u64) -> Option<Fault<E>> + Send + Sync + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }
}

impl<E> Faults<E> {
    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.counts.calls.load(Relaxed)
    }

    /// How many calls there were at once, at most.
    pub fn max_concurrent(&self) -> u64 {
        self.counts.max_concurrent.load(Relaxed)
    }

    /// Counts a call, and does what is planned for it.
    ///
    /// # Errors
    /// The planned one.
    ///
    /// # Panics
    /// As planned.
    pub async fn act(&self) -> Result<(), E> {
        let (call, _here) = self.counts.enter();
        if !self.slow.is_zero() {
            sleep(self.slow).await;
        }
        match self.rules.iter().find_map(|rule| rule(call)) {
            None => Ok(()),
            Some(Fault::Error(error)) => Err(error),
            Some(Fault::Panic) => panic!("call {call} panics, as planned"),
            Some(Fault::Hang) => pending().await,
            Some(Fault::Slow(time)) => {
                sleep(time).await;
                Ok(())
            }
        }
    }
}

impl Counts {
    fn enter(&self) -> (u64, Here<'_>) {
        let concurrent = self.concurrent.fetch_add(1, Relaxed) + 1;
        self.max_concurrent.fetch_max(concurrent, Relaxed);
        (self.calls.fetch_add(1, Relaxed) + 1, Here(self))
    }
}

impl Drop for Here<'_> {
    fn drop(&mut self) {
        self.0.concurrent.fetch_sub(1, Relaxed);
    }
}

impl<E> Clone for Faults<E> {
    fn clone(&self) -> Self {
        Self {
            rules: self.rules.clone(),
            slow: self.slow,
            counts: Arc::clone(&self.counts),
        }
    }
}

impl<E> fmt::Debug for Faults<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults")
            .field("rules", &self.rules.len())
            .field("slow", &self.slow)
            .field("counts", &self.counts)
            .finish()
    }
}

/// The handler that follows a plan of [`Faults`]: `handler risky = faulty(faults);`.
///
/// It passes its item through, and takes it by value, so that a failure has lost it: `Failure<(), E>`. Where the failure
/// should give the item back, use [`faulty_ref`].
#[allow(
    non_camel_case_types,
    reason = "a stage is named in a block as a function is"
)]
#[derive(Debug, Clone, Copy)]
pub struct faulty {}

/// As [`faulty`], by reference: a failure gives the item back, and a retry needs no `keep_item`.
#[allow(
    non_camel_case_types,
    reason = "a stage is named in a block as a function is"
)]
#[derive(Debug, Clone, Copy)]
pub struct faulty_ref {}

impl<T, E, A0> Handler<T, T, E, (A0,)> for faulty
where
    T: Send + 'static,
    E: Send + 'static,
    A0: Shared,
    A0::Handle: Lend<Faults<E>>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = A0::Handle;

    fn slot(&self, args: &(A0,)) -> Self::Slot {
        args.0.shared()
    }

    async fn call(given: T, slot: &mut Self::Slot) -> Result<impl Outputs<T, E>, E> {
        slot.lend().act().await?;
        Ok(Maybe(Some(given)))
    }
}

impl<T, E, A0> Handler<T, T, E, (A0,)> for faulty_ref
where
    T: Clone + Send + Sync + 'static,
    E: Send + 'static,
    A0: Shared,
    A0::Handle: Lend<Faults<E>>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = A0::Handle;

    fn slot(&self, args: &(A0,)) -> Self::Slot {
        args.0.shared()
    }

    async fn call<'a>(given: &'a T, slot: &'a mut Self::Slot) -> Result<impl Outputs<T, E>, E> {
        slot.lend().act().await?;
        Ok(Maybe(Some(given.clone())))
    }
}

impl<T> Takes<T> for faulty {}
impl<T> Takes<T> for faulty_ref {}

impl Waits for faulty {}

impl Waits for faulty_ref {}
