//! What an item is told apart by: comes in an item, goes out a hash for each part that has one of a kind for each key.

use std::hash::{DefaultHasher, Hasher};

use super::unwind::caught;

/// The hash of a key of an item.
type KeyOf<In> = Box<dyn Fn(&In) -> u64 + Send + Sync>;

/// The keys of items, of those parts that are kept apart by one.
pub(super) struct Keys<In> {
    rate: Option<KeyOf<In>>,
    breaker: Option<KeyOf<In>>,
}

/// The keys of one item; 0 where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Key {
    pub(super) rate: u64,
    pub(super) breaker: u64,
}

impl<In> Keys<In> {
    pub(super) fn rate(&mut self, key: impl Fn(&In, &mut DefaultHasher) + Send + Sync + 'static) {
        self.rate = Some(hashed(key));
    }

    pub(super) fn breaker(
        &mut self,
        key: impl Fn(&In, &mut DefaultHasher) + Send + Sync + 'static,
    ) {
        self.breaker = Some(hashed(key));
    }

    /// Of this item, where it is still there.
    ///
    /// # Errors
    /// What a key panicked with.
    pub(super) fn of(&self, item: Option<&In>) -> Result<Key, String> {
        let hash = |key: &Option<KeyOf<In>>| match key.as_ref().zip(item) {
            None => Ok(0),
            Some((key, item)) => caught(|| key(item)),
        };
        Ok(Key {
            rate: hash(&self.rate)?,
            breaker: hash(&self.breaker)?,
        })
    }
}

impl<In> Default for Keys<In> {
    fn default() -> Self {
        Self {
            rate: None,
            breaker: None,
        }
    }
}

fn hashed<In>(key: impl Fn(&In, &mut DefaultHasher) + Send + Sync + 'static) -> KeyOf<In> {
    Box::new(move |item| {
        let mut hasher = DefaultHasher::new();
        key(item, &mut hasher);
        hasher.finish()
    })
}
