//! A stage while its options are said: comes in a function and its arguments, goes out a part of the pipeline.

use std::{fmt, hash::DefaultHasher, marker::PhantomData, sync::Arc, time::Duration};

#[cfg(feature = "chaos")]
use super::Chaotic;
use super::{
    AsTaken, Definition, Escapes, Handler, Hedged, Hold, Kept, OnPanic, Settings, Twice, Waits,
    WhenLimited, WhenOpen,
    definition::Plan,
    keys::Keys,
    settings::{Limits, Predicate},
    waiting::WaitingRoom,
};
#[cfg(feature = "chaos")]
use crate::resilience::chaos::Chaos;
use crate::{
    pipeline::Assembly,
    resilience::{
        BadValue, Smoothing,
        breaker::Breaker,
        bulkhead::Concurrency,
        hedge::Hedge,
        rate_limiter::RateLimit,
        retry::{Budget, Retry},
    },
};

/// A handler that is being defined.
#[must_use]
pub struct Draft<H, In, Out, Err, Args, K = AsTaken> {
    handler: H,
    args: Args,
    settings: Settings<Err>,
    keys: Keys<In>,
    fallback: Option<Instead<In, Out>>,
    broken: Option<Predicate<Out>>,
    types: PhantomData<fn(In, K) -> Out>,
}

/// What stands in the place of an output, made from the item where it is still there.
pub(super) type Instead<In, Out> = Box<dyn Fn(Option<&In>) -> Option<Out> + Send + Sync>;

/// The feature `chaos` is on.
#[cfg(not(feature = "chaos"))]
#[diagnostic::on_unimplemented(
    message = "[E0914] the option `chaos` needs the feature `chaos` of `electrician`",
    label = "this option puts faults in the way of calls, for tests",
    note = "turn the feature on for tests alone, and leave the option out of what runs in production"
)]
pub trait ChaosIsOn {}

/// Begins to define a stage.
pub fn handler<H, In, Out, Err, Args>(args: Args, handler: H) -> Draft<H, In, Out, Err, Args>
where
    In: 'static,
    H: Handler<In, Out, Err, Args>,
{
    Draft {
        handler,
        args,
        settings: Settings::default(),
        keys: Keys::default(),
        fallback: None,
        broken: None,
        types: PhantomData,
    }
}

impl<H, In, Out, Err, Args> Draft<H, In, Out, Err, Args>
where
    In: 'static,
    H: Handler<In, Out, Err, Args>,
{
    /// Keeps each item until its call has succeeded.
    pub fn kept(self) -> Draft<H, In, Out, Err, Args, Kept>
    where
        Kept: Hold<H::Mode, In>,
    {
        let Self {
            handler,
            args,
            settings,
            keys,
            fallback,
            broken,
            ..
        } = self;
        Draft {
            handler,
            args,
            settings,
            keys,
            fallback,
            broken,
            types: PhantomData,
        }
    }
}

impl<H, In, Out, Err, Args, K> Draft<H, In, Out, Err, Args, K> {
    /// Refuses, at the installation, an argument that cannot be meant.
    pub(crate) fn refused(mut self, refused: Option<BadValue>) -> Self {
        self.settings.refused = refused.map(Box::new);
        self
    }

    /// The option `deadline`, of the whole.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.settings.deadline = Some(limit);
        self
    }

    /// The option `rate_limit`, and what happens while it is reached.
    pub fn rate_limit(mut self, rate: impl Into<RateLimit>, when: WhenLimited) -> Self {
        let limits = self.limits();
        limits.rate = Some(rate.into());
        limits.when_limited = when;
        self
    }

    /// Gives each key a limiter of its own, for at most so many keys.
    pub fn rate_keys(
        mut self,
        keys: usize,
        key: impl Fn(&In, &mut DefaultHasher) + Send + Sync + 'static,
    ) -> Self {
        self.limits().keys = Some(keys);
        self.keys.rate(key);
        self
    }

    /// The queue of the rate limit, in which items wait for their turn, and no longer than the deadline that is said before.
    pub fn rate_queue<P: Into<i32>>(
        mut self,
        smoothing: Smoothing,
        priority: impl Fn(&In) -> P + Send + Sync + 'static,
    ) -> Self
    where
        In: Send + 'static,
        H: Handler<In, Out, Err, Args>,
    {
        let smoothing = smoothing.within(self.settings.deadline);
        let priority = Box::new(move |item: &In| priority(item).into());
        let room = WaitingRoom::new(smoothing, priority);
        let limits = self.limits();
        limits.smoothing = Some(smoothing);
        limits.queue = Some(room);
        let why = match (H::ONE, H::BLOCKING) {
            (true, false) => return self,
            (false, _) => "needs a handler that gives one item at most",
            (true, true) => "needs a handler that does not block",
        };
        self.refused(Some(BadValue::new("queue", why)))
    }

    /// The option `bulkhead`.
    pub fn bulkhead(mut self, limit: impl Into<Concurrency>) -> Self {
        self.limits().bulkhead = Some(limit.into());
        self
    }

    /// How many retries all the workers make together.
    pub fn retry_budget(mut self, budget: impl Into<Budget>) -> Self {
        self.limits().budget = Some(budget.into());
        self
    }

    fn limits(&mut self) -> &mut Limits {
        self.settings.limits.get_or_insert_default()
    }

    /// The option `retry`.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = Some(Box::new(retry));
        self
    }

    /// The option `hedge`: slow calls are made twice.
    pub fn hedge(self, hedge: Hedge) -> Draft<Hedged<H>, In, Out, Err, Args, K>
    where
        In: Send + 'static,
        Out: Send,
        Err: Send,
        H: Waits + Handler<In, Out, Err, Args>,
        H::Mode: Twice<In>,
        Hedged<H>: Handler<In, Out, Err, Args>,
    {
        self.around(hedge.check().err(), |handler| Hedged::new(handler, hedge))
    }

    /// The option `chaos`: things are put in the way of the calls.
    #[cfg(feature = "chaos")]
    pub fn chaos(
        self,
        chaos: impl Into<Option<Chaos<Out, Err>>>,
    ) -> Draft<Chaotic<H, Out, Err>, In, Out, Err, Args, K>
    where
        In: 'static,
        Chaotic<H, Out, Err>: Handler<In, Out, Err, Args>,
    {
        let chaos = chaos.into();
        let bad = chaos.as_ref().and_then(|chaos| chaos.check().err());
        self.around(bad, |handler| Chaotic::new(handler, chaos))
    }

    /// The option `chaos`, which is not there.
    #[cfg(not(feature = "chaos"))]
    pub fn chaos<C>(self, _: C) -> Self
    where
        H: ChaosIsOn,
    {
        self
    }

    /// The same with something around the handler.
    fn around<W>(
        self,
        bad: Option<BadValue>,
        wrap: impl FnOnce(H) -> W,
    ) -> Draft<W, In, Out, Err, Args, K> {
        let mut settings = self.settings;
        settings.refused = bad.map(Box::new).or(settings.refused);
        Draft {
            handler: wrap(self.handler),
            args: self.args,
            settings,
            keys: self.keys,
            fallback: self.fallback,
            broken: self.broken,
            types: PhantomData,
        }
    }

    /// The option `fallback`: what stands in the place of an item's outputs when its last call has failed.
    pub fn fallback(mut self, make: impl Fn(&In) -> Out + Send + Sync + 'static) -> Self {
        self.fallback = Some(Box::new(move |item| item.map(&make)));
        self
    }

    /// The same, where it is always the same value.
    pub fn fallback_value(mut self, value: Out) -> Self
    where
        Out: Clone + Send + Sync + 'static,
    {
        self.fallback = Some(Box::new(move |_| Some(value.clone())));
        self
    }

    /// Which errors are worth another attempt.
    pub fn retry_when(mut self, when: impl Fn(&Err) -> bool + Send + Sync + 'static) -> Self {
        self.settings.retry_when = Some(Box::new(when));
        self
    }

    /// What an error says of when to try again: at the earliest after this long.
    pub fn retry_after<A: Into<Option<Duration>>>(
        mut self,
        after: impl Fn(&Err) -> A + Send + Sync + 'static,
    ) -> Self {
        self.settings.retry_after = Some(Box::new(move |error| after(error).into()));
        self
    }

    /// The option `timeout`, of one attempt.
    pub fn timeout(self, limit: Duration) -> Self
    where
        H: Waits,
    {
        self.timeout_by_default(limit)
    }

    /// The same from `defaults`: a function that does not wait is never late.
    pub fn timeout_by_default(mut self, limit: Duration) -> Self {
        self.settings.timeout = Some(limit);
        self
    }

    /// The option `breaker`, and what happens while it is open.
    pub fn breaker(mut self, breaker: Breaker, when_open: WhenOpen) -> Self {
        self.settings.breaker = Some(Box::new(breaker));
        self.settings.when_open = when_open;
        self
    }

    /// Gives each key a breaker of its own, for at most so many keys.
    pub fn breaker_keys(
        mut self,
        keys: usize,
        key: impl Fn(&In, &mut DefaultHasher) + Send + Sync + 'static,
    ) -> Self {
        self.settings.breaker_keys = Some(keys);
        self.keys.breaker(key);
        self
    }

    /// Which errors the breaker counts.
    pub fn breaker_when(mut self, when: impl Fn(&Err) -> bool + Send + Sync + 'static) -> Self {
        self.settings.breaker_when = Some(Box::new(when));
        self
    }

    /// Which outputs the breaker counts as failures.
    pub fn breaker_when_output(
        mut self,
        when: impl Fn(&Out) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        In: 'static,
        H: Handler<In, Out, Err, Args>,
    {
        self.broken = Some(Box::new(when));
        if H::ONE {
            return self;
        }
        let why = "needs a handler that gives one item at most";
        self.refused(Some(BadValue::new("when_output", why)))
    }

    /// The option `on_panic`.
    pub fn on_panic(mut self, on_panic: OnPanic) -> Self {
        self.settings.on_panic = Some(Box::new(on_panic));
        self
    }

    /// Makes the stage a part of the pipeline.
    pub fn install(
        self,
        name: &'static str,
        run: &mut Assembly,
    ) -> Definition<H, In, Out, Err, Args, K>
    where
        Err: Escapes,
    {
        let cell = run.stage(name, &self.settings);
        let plan = Plan {
            handler: self.handler,
            args: self.args,
            settings: self.settings,
            keys: self.keys,
            fallback: self.fallback,
            broken: self.broken,
            cell,
        };
        Definition {
            plan: Arc::new(plan),
            types: PhantomData,
        }
    }
}

impl<H, In, Out, Err, Args, K> fmt::Debug for Draft<H, In, Out, Err, Args, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").finish_non_exhaustive()
    }
}
