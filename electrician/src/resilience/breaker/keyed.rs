//! A breaker for each key: comes in a key, goes out its breaker, of a bounded number.

use super::{Breaker, BreakerState, CircuitBreaker};
use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// As many breakers as there are keys, up to a bound: one for each host, customer, shard.
///
/// Use it where one thing behind the calls can fail while the others work. Do not use it with keys that
/// are as many as the calls: no breaker would see enough of them.
///
/// A clone is the same. When a key more than the bound comes, a breaker that nobody has asked for lately
/// makes way: of a few that are looked at, a closed one rather than an open one, and the one asked for
/// longest ago. It is as if that key had never failed. A permit that it has given is booked on it all the same.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Breaker, KeyedBreaker};
///
/// let breakers = KeyedBreaker::<String>::new(Breaker::default().consecutive(1), 1_000);
/// breakers.get("eu-1").permit()?.failure();
/// assert!(breakers.get("eu-1").permit().is_err());
/// assert!(breakers.get("us-2").permit().is_ok(), "the keys are apart");
/// # Ok::<(), electrician::resilience::Open>(())
/// ```
pub struct KeyedBreaker<K> {
    shared: Arc<Shared<K>>,
}

struct Shared<K> {
    breaker: Breaker,
    most: usize,
    held: Mutex<Held<K>>,
}

/// Breakers in no order, and the place of each key's.
struct Held<K> {
    breakers: Vec<Entry<K>>,
    places: HashMap<K, usize>,
    asked: u64,
}

struct Entry<K> {
    key: K,
    breaker: CircuitBreaker,
    last_asked: u64,
}

/// How many breakers are looked at to find one that makes way.
const LOOKED_AT: usize = 8;

impl<K: Eq + Hash + Clone> KeyedBreaker<K> {
    /// No breaker yet, and at most `most` of them; zero is taken as one.
    pub fn new(breaker: Breaker, most: usize) -> Self {
        let held = Held {
            breakers: Vec::new(),
            places: HashMap::new(),
            asked: 0,
        };
        Self {
            shared: Arc::new(Shared {
                breaker,
                most: most.max(1),
                held: Mutex::new(held),
            }),
        }
    }

    /// The breaker of `key`; a closed one, where the key is new.
    ///
    /// The lock is held for one look into a map: a caller with many calls of one key keeps the breaker,
    /// or a [worker](CircuitBreaker::worker) of it.
    pub fn get(&self, key: impl Into<K>) -> CircuitBreaker {
        let key = key.into();
        let mut held = self.held();
        held.asked += 1;
        let asked = held.asked;
        if let Some(&place) = held.places.get(&key) {
            let entry = &mut held.breakers[place];
            entry.last_asked = asked;
            return entry.breaker.clone();
        }
        if held.breakers.len() >= self.shared.most {
            held.make_way();
        }
        let breaker = CircuitBreaker::new(self.shared.breaker);
        let place = held.breakers.len();
        held.places.insert(key.clone(), place);
        held.breakers.push(Entry {
            key,
            breaker: breaker.clone(),
            last_asked: asked,
        });
        breaker
    }

    /// How many keys have a breaker.
    pub fn len(&self) -> usize {
        self.held().breakers.len()
    }

    /// Whether no key has a breaker.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The keys whose breakers are in any state but closed.
    pub fn not_closed(&self) -> Vec<(K, BreakerState)> {
        let held = self.held();
        let states = held
            .breakers
            .iter()
            .map(|entry| (entry.key.clone(), entry.state()));
        states
            .filter(|(_, state)| *state != BreakerState::Closed)
            .collect()
    }

    /// The breakers that there are, each with its key: to turn each of them.
    pub fn all(&self) -> Vec<(K, CircuitBreaker)> {
        let held = self.held();
        let all = held.breakers.iter();
        all.map(|entry| (entry.key.clone(), entry.breaker.clone()))
            .collect()
    }

    fn held(&self) -> MutexGuard<'_, Held<K>> {
        // Whatever panics in a key's own methods leaves a map that is still a map.
        self.shared
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash> Held<K> {
    fn make_way(&mut self) {
        let count = self.breakers.len();
        let first = fastrand::usize(0..count);
        let looked_at = (0..LOOKED_AT.min(count)).map(|step| (first + step) % count);
        let going = looked_at.min_by_key(|&place| {
            let entry = &self.breakers[place];
            (entry.state() != BreakerState::Closed, entry.last_asked)
        });
        let Some(place) = going else { return };
        let gone = self.breakers.swap_remove(place);
        self.places.remove(&gone.key);
        if let Some(moved) = self.breakers.get(place)
            && let Some(place_of_moved) = self.places.get_mut(&moved.key)
        {
            *place_of_moved = place;
        }
    }
}

impl<K> Entry<K> {
    fn state(&self) -> BreakerState {
        self.breaker.snapshot().state
    }
}

impl<K> Clone for KeyedBreaker<K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<K> fmt::Debug for KeyedBreaker<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyedBreaker")
            .field("breaker", &self.shared.breaker)
            .field("most", &self.shared.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breakers(most: usize) -> KeyedBreaker<u32> {
        KeyedBreaker::new(Breaker::default().consecutive(1), most)
    }

    #[test]
    fn a_key_keeps_its_breaker() {
        let breakers = breakers(10);
        breakers.get(3_u32).permit().unwrap().failure();
        for key in 0..10_u32 {
            assert_eq!(breakers.get(key).permit().is_err(), key == 3);
        }
        assert_eq!(breakers.not_closed(), [(3, BreakerState::Open)]);
    }

    #[test]
    fn never_more_breakers_than_the_bound() {
        for most in [0, 1, 7] {
            let breakers = breakers(most);
            for key in 0..1_000_u32 {
                drop(breakers.get(key));
                drop(breakers.get(key / 2));
                assert!(breakers.len() <= most.max(1));
                let held = breakers.held();
                for (place, entry) in held.breakers.iter().enumerate() {
                    assert_eq!(held.places[&entry.key], place);
                }
            }
        }
    }

    #[test]
    fn an_open_breaker_outlives_closed_ones() {
        let breakers = breakers(LOOKED_AT);
        breakers.get(u32::MAX).permit().unwrap().failure();
        for key in 0..100_u32 {
            drop(breakers.get(key));
        }
        assert!(breakers.get(u32::MAX).permit().is_err());
    }
}
