//! A limiter for each key: comes in a key, goes out its limiter, or that there is no room for another one.

use super::{
    super::{BadValue, moment::after},
    RateLimit, RateLimiter, check_burst, check_rate,
};
use crate::value::Rate;
use std::{
    borrow::Borrow,
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    error::Error,
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// A limiter for each customer, host or whatever the key is, in bounded memory.
///
/// A clone is the same set of limiters. Each key has the whole rate and burst to itself.
///
/// Use it where one of many must not take what belongs to the others: a rate for each customer, each host that is called. Do not
/// use it where the backend counts all calls together: that is one [`RateLimiter`], and the two stand side by side. Nor with keys
/// that anybody may invent, unless being refused is all right for a new one.
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | the limit | see [`RateLimit`] | none, it has to be said | see [`RateLimit`] |
/// | `keys` | keys | none, it has to be said | 1 or more |
///
/// - It holds `keys` limiters at most. A key makes way for a new one only when it is idle: its bucket is
///   full and nobody has its limiter in hand, so that nothing is forgotten.
/// - While no key is idle, a new one is **refused**, and told until when. It does not share a limiter with
///   others: it would have a whole burst beside what it had from the shared one.
/// - The keys are spread over up to sixteen parts with a lock and a share of the room each, so that two
///   keys seldom meet; nothing is swept and nothing runs in the background.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{KeyedRateLimiter, RateLimit}, value::Rate};
///
/// let limits = KeyedRateLimiter::new(RateLimit::new(Rate::per_minute(60)).burst(1), 10_000);
/// assert!(limits.of("ada")?.try_acquire().is_ok());
/// assert!(limits.of("ada")?.try_acquire().is_err());
/// assert!(limits.of("grace")?.try_acquire().is_ok());
/// # Ok::<(), electrician::resilience::KeysFull>(())
/// ```
#[derive(Clone)]
pub struct KeyedRateLimiter<K> {
    shared: Arc<Shared<K>>,
}

struct Shared<K> {
    parts: Box<[Mutex<Part<K>>]>,
    hasher: RandomState,
}

/// There is no room for another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeysFull {
    /// When the first of the keys may be idle.
    pub until: Instant,
}

/// Fewer keys than this do not meet often enough to be parted.
const PART_LEAST: usize = 256;
const PARTS_MOST: usize = 16;

/// How long a limiter is left alone that somebody has in hand.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

struct Part<K> {
    limit: RateLimit,
    room: usize,
    places: HashMap<K, usize>,
    limiters: Vec<(K, RateLimiter)>,
    /// When each place may be idle at the earliest; what has been asked for since is found out when it
    /// is looked at.
    idle: BinaryHeap<Reverse<(Instant, usize)>>,
}

impl<K: Clone + Eq + Hash> KeyedRateLimiter<K> {
    /// Room for `keys` limiters, at least one.
    pub fn new(limit: impl Into<RateLimit>, keys: usize) -> Self {
        let limit = limit.into();
        let keys = keys.max(1);
        let parts = (keys / PART_LEAST).clamp(1, PARTS_MOST);
        let part = |part| Mutex::new(Part::new(limit.clone(), (keys + part) / parts));
        Self {
            shared: Arc::new(Shared {
                parts: (0..parts).map(part).collect(),
                hasher: RandomState::new(),
            }),
        }
    }

    /// The limiter of `key`, a new one if it has none.
    ///
    /// # Errors
    ///
    /// [`KeysFull`], when the key is new and there is neither room nor an idle key.
    pub fn of<Q>(&self, key: &Q) -> Result<RateLimiter, KeysFull>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        #[expect(clippy::cast_possible_truncation, reason = "any of its bits will do")]
        let hash = self.shared.hasher.hash_one(key) as usize;
        let part = &self.shared.parts[hash % self.shared.parts.len()];
        let limiter = lock(part).limiter(key);
        limiter.map_err(|until| KeysFull { until })
    }

    /// Changes the rate of all keys; see [`RateLimiter::set`]. It looks at every key.
    ///
    /// # Errors
    ///
    /// A rate that is out of its range; nothing is changed then.
    pub fn set(&self, rate: Rate) -> Result<(), BadValue> {
        check_rate(rate)?;
        self.change(|limit| limit.rate = rate, |limiter| limiter.set(rate))
    }

    /// Changes the burst of all keys; see [`RateLimiter::set_burst`]. It looks at every key.
    ///
    /// # Errors
    ///
    /// A burst of 0; nothing is changed then.
    pub fn set_burst(&self, burst: u32) -> Result<(), BadValue> {
        check_burst(burst)?;
        self.change(
            |limit| limit.burst = Some(burst),
            |limiter| limiter.set_burst(burst),
        )
    }

    /// How many keys have a limiter.
    pub fn len(&self) -> usize {
        let parts = self.shared.parts.iter();
        parts.map(|part| lock(part).limiters.len()).sum()
    }

    /// Whether no key has a limiter.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn change(
        &self,
        new: impl Fn(&mut RateLimit),
        old: impl Fn(&RateLimiter) -> Result<(), BadValue>,
    ) -> Result<(), BadValue> {
        self.shared.parts.iter().try_for_each(|part| {
            let mut part = lock(part);
            new(&mut part.limit);
            part.limiters.iter().try_for_each(|(_, each)| old(each))?;
            part.look_at_all(Instant::now());
            Ok(())
        })
    }
}

impl<K: Clone + Eq + Hash> Part<K> {
    fn new(limit: RateLimit, room: usize) -> Self {
        Self {
            limit,
            room,
            places: HashMap::new(),
            limiters: Vec::new(),
            idle: BinaryHeap::new(),
        }
    }

    fn limiter<Q>(&mut self, key: &Q) -> Result<RateLimiter, Instant>
    where
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
        K: Borrow<Q>,
    {
        if let Some(&place) = self.places.get(key) {
            return Ok(self.limiters[place].1.clone());
        }
        let now = Instant::now();
        let place = self.place(now)?;
        let new = (key.to_owned(), RateLimiter::new(self.limit.clone()));
        let limiter = new.1.clone();
        self.places.insert(new.0.clone(), place);
        self.idle.push(Reverse((now, place)));
        match self.limiters.get_mut(place) {
            Some(before) => {
                let (before, _) = mem::replace(before, new);
                self.places.remove(before.borrow());
            }
            None => self.limiters.push(new),
        }
        Ok(limiter)
    }

    /// A place that is free, or that of a key that is idle.
    fn place(&mut self, now: Instant) -> Result<usize, Instant> {
        if self.limiters.len() < self.room {
            return Ok(self.limiters.len());
        }
        loop {
            let Reverse((at, place)) = self.idle.pop().expect("each place is in it once");
            if at > now {
                self.idle.push(Reverse((at, place)));
                return Err(at);
            }
            let at = self.idle_from(now, place);
            if at <= now {
                return Ok(place);
            }
            self.idle.push(Reverse((at, place)));
        }
    }

    fn idle_from(&self, now: Instant, place: usize) -> Instant {
        let idle = self.limiters[place].1.idle_from(now);
        idle.unwrap_or_else(|| after(now, LOOK_AGAIN))
    }

    fn look_at_all(&mut self, now: Instant) {
        self.idle = (0..self.limiters.len())
            .map(|place| Reverse((self.idle_from(now, place), place)))
            .collect();
    }
}

fn lock<K>(part: &Mutex<Part<K>>) -> MutexGuard<'_, Part<K>> {
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K> fmt::Debug for KeyedRateLimiter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedRateLimiter").finish_non_exhaustive()
    }
}

impl fmt::Display for KeysFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no key is idle, and there is no room for another one")
    }
}

impl Error for KeysFull {}
