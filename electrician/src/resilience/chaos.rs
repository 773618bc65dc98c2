//! Things that go wrong on purpose: comes in a call, goes out that call, later, or something else in its place.

use super::BadValue;
use std::{
    fmt,
    future::Future,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::time::sleep;

/// Faults, latency and outcomes that are put in a call's way at a rate.
///
/// Use it in tests, to see that a chain or a pipeline does what it should when things go wrong. Do not
/// build it into what runs in production: it is behind a feature, `chaos`, that nothing else turns on.
///
/// It stands inside of everything, around the call itself: `chain.call(chaos.around(…))`, or the option `chaos: …` of a
/// stage. The same seed puts the same things in the way of
/// the same calls, counted over all clones. Of one call, latency comes first; then a fault, or else an
/// outcome, takes the call's place.
///
/// | option | what it does | range |
/// |---|---|---|
/// | [`faults`](Chaos::faults) | an error in place of this share of the calls | 0 to 1 |
/// | [`latency`](Chaos::latency) | this share of the calls begins later, evenly within a range | 0 to 1 |
/// | [`outcomes`](Chaos::outcomes) | a value in place of this share of the calls | 0 to 1 |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{chaos::Chaos, Backoff, Chain, Retry};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let chaos = Chaos::seeded(7).faults(0.5, || "down");
/// let mut chain = Chain::new().idempotent().retry(Retry::up_to(50).backoff(Backoff::none()));
/// for _ in 0..100 {
///     assert_eq!(chain.call(chaos.around(|| async { Ok(1) })).await.unwrap(), 1);
/// }
/// # });
/// ```
#[must_use]
pub struct Chaos<T, E> {
    plan: Plan,
    fault: Option<Arc<dyn Fn() -> E + Send + Sync>>,
    outcome: Option<Arc<dyn Fn() -> T + Send + Sync>>,
    shared: Arc<Shared>,
}

struct Shared {
    dice: Mutex<fastrand::Rng>,
    off: AtomicBool,
}

/// The shares, and how long what is late is late.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plan {
    faults: f64,
    outcomes: f64,
    late: f64,
    latency: Range<Duration>,
}

/// What is put in the way of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mishap {
    wait: Duration,
    instead: Option<Instead>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    Fault,
    Outcome,
}

impl<T, E> Chaos<T, E> {
    /// Nothing goes wrong yet; what will, follows from `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self {
            plan: Plan::default(),
            fault: None,
            outcome: None,
            shared: Arc::new(Shared {
                dice: Mutex::new(fastrand::Rng::with_seed(seed)),
                off: AtomicBool::new(false),
            }),
        }
    }

    /// `fault` in place of this share of the calls.
    pub fn faults(mut self, share: f64, fault: impl Fn() -> E + Send + Sync + 'static) -> Self {
        self.plan.faults = share;
        self.fault = Some(Arc::new(fault));
        self
    }

    /// This share of the calls begins later, by a duration in `range`.
    pub fn latency(mut self, share: f64, range: Range<Duration>) -> Self {
        self.plan.late = share;
        self.plan.latency = range;
        self
    }

    /// `outcome` in place of this share of the calls.
    pub fn outcomes(mut self, share: f64, outcome: impl Fn() -> T + Send + Sync + 'static) -> Self {
        self.plan.outcomes = share;
        self.outcome = Some(Arc::new(outcome));
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// A share that is not from 0 to 1; a range that goes backwards.
    pub fn check(&self) -> Result<(), BadValue> {
        let Plan {
            faults,
            outcomes,
            late,
            latency,
        } = &self.plan;
        let shares = [
            ("faults", faults),
            ("outcomes", outcomes),
            ("latency", late),
        ];
        for (option, share) in shares {
            if !(0.0..=1.0).contains(share) {
                return Err(BadValue::new(option, "must be a share from 0 to 1"));
            }
        }
        if latency.start > latency.end {
            let why = format!(
                "goes backwards, from {:?} to {:?}",
                latency.start, latency.end
            );
            return Err(BadValue::new("latency", why));
        }
        Ok(())
    }

    /// Lets everything through from here on, for all clones, or puts things in the way again.
    pub fn pause(&self, paused: bool) {
        self.shared.off.store(paused, Relaxed);
    }

    /// `call`, with things in its way: a function for [`Chain::call`](super::Chain::call).
    pub fn around<C, A>(
        &self,
        mut call: C,
    ) -> impl FnMut() -> std::pin::Pin<Box<dyn Future<Output = Result<T, E>> + Send>>
    + Send
    + use<C, A, T, E>
    where
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send + 'static,
        T: 'static,
        E: 'static,
    {
        let all = self.clone();
        move || {
            let (chaos, mishap) = (all.clone(), all.next());
            let call = mishap.instead.is_none().then(&mut call);
            Box::pin(async move {
                if let Some(result) = chaos.befall(mishap).await {
                    return result;
                }
                let Some(call) = call else {
                    unreachable!("what has a share has a function")
                };
                call.await
            })
        }
    }

    /// Waits as long as the call is to begin later; gives what takes its place, if something does.
    pub(crate) async fn befall(&self, Mishap { wait, instead }: Mishap) -> Option<Result<T, E>> {
        if !wait.is_zero() {
            sleep(wait).await;
        }
        match instead? {
            Instead::Fault => self.fault.as_ref().map(|fault| Err(fault())),
            Instead::Outcome => self.outcome.as_ref().map(|outcome| Ok(outcome())),
        }
    }

    /// What is put in the way of the next call.
    pub(crate) fn next(&self) -> Mishap {
        if self.shared.off.load(Relaxed) {
            return Mishap::default();
        }
        let mut dice = self
            .shared
            .dice
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        self.plan.draw([dice.f64(), dice.f64(), dice.f64()])
    }
}

impl Plan {
    /// Three rolls of the dice for every call, so that one share does not move what another one does.
    fn draw(&self, [late, how_late, instead]: [f64; 3]) -> Mishap {
        let Range { start, end } = self.latency;
        let wait = if late < self.late {
            start + end.saturating_sub(start).mul_f64(how_late)
        } else {
            Duration::ZERO
        };
        let instead = match instead {
            roll if roll < self.faults => Some(Instead::Fault),
            roll if roll < self.faults + self.outcomes => Some(Instead::Outcome),
            _ => None,
        };
        Mishap { wait, instead }
    }
}

impl<T, E> Clone for Chaos<T, E> {
    fn clone(&self) -> Self {
        Self {
            plan: self.plan.clone(),
            fault: self.fault.clone(),
            outcome: self.outcome.clone(),
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<T, E> fmt::Debug for Chaos<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chaos").field(&self.plan).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    const MS: Duration = Duration::from_millis(1);

    async fn seen(chaos: &Chaos<u8, &'static str>) -> Vec<(u128, Result<u8, &'static str>)> {
        let mut call = chaos.around(|| async { Ok(1) });
        let mut seen = Vec::new();
        for _ in 0..1_000 {
            let began = Instant::now();
            let result = call().await;
            seen.push((began.elapsed().as_millis(), result));
        }
        seen
    }

    fn troubled(seed: u64) -> Chaos<u8, &'static str> {
        Chaos::seeded(seed)
            .faults(0.2, || "down")
            .outcomes(0.1, || 9)
            .latency(0.5, MS * 10..MS * 20)
    }

    #[tokio::test(start_paused = true)]
    async fn each_thing_comes_at_its_rate() {
        let seen = seen(&troubled(1)).await;
        let share = |counts: fn(&(u128, Result<u8, &'static str>)) -> bool| {
            seen.iter().filter(|seen| counts(seen)).count()
        };
        assert!((150..250).contains(&share(|seen| seen.1 == Err("down"))));
        assert!((60..140).contains(&share(|seen| seen.1 == Ok(9))));
        assert!((420..580).contains(&share(|seen| seen.0 >= 10)));
        assert_eq!(share(|seen| seen.0 > 21), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_same_seed_is_the_same_chaos() {
        assert_eq!(seen(&troubled(1)).await, seen(&troubled(1)).await);
        assert_ne!(seen(&troubled(1)).await, seen(&troubled(2)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_chaos_lets_everything_through() {
        let chaos = troubled(1);
        chaos.pause(true);
        assert!(seen(&chaos).await.iter().all(|seen| *seen == (0, Ok(1))));
        chaos.pause(false);
        assert!(seen(&chaos).await.iter().any(|seen| seen.1 != Ok(1)));
    }

    #[test]
    fn check_names_the_option() {
        let refuses = |chaos: Chaos<u8, &'static str>| chaos.check().unwrap_err().option;
        assert_eq!(refuses(troubled(1).faults(1.1, || "down")), "faults");
        assert_eq!(
            refuses(troubled(1).latency(0.1, MS..Duration::ZERO)),
            "latency"
        );
        assert_eq!(troubled(1).check(), Ok(()));
    }
}
