//! Where calls keep what they remember.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Keeps a context for each key.
pub trait ContextStore<K>: Send + Sync + 'static {
    /// What is kept.
    type Context: Send;
    /// Why it cannot be kept, or found.
    type Error: Send;

    /// What is kept for a key.
    ///
    /// # Errors
    ///
    /// Its own.
    fn load(
        &self,
        key: &K,
    ) -> impl Future<Output = Result<Option<Self::Context>, Self::Error>> + Send;

    /// Keeps it in place of what was kept before.
    ///
    /// # Errors
    ///
    /// Its own.
    fn save(
        &self,
        key: &K,
        context: Self::Context,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Keeps nothing for this key.
    ///
    /// # Errors
    ///
    /// Its own.
    fn delete(&self, key: &K) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// Keeps contexts in memory, a bounded number of them; who loads one gets a copy.
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `capacity` | contexts | | 0 or more; when it is full, the one that was saved longest ago makes way |
/// | `ttl` | a duration | none | counted from the last time that the context was saved |
///
/// ```
/// use electrician::provider::{ContextStore, MemoryStore};
/// use std::time::Duration;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let store = MemoryStore::new(1_000).ttl(Duration::from_secs(60));
/// store.save(&"ada", 7).await.unwrap();
/// assert_eq!(store.load(&"ada").await.unwrap(), Some(7));
/// tokio::time::sleep(Duration::from_secs(60)).await;
/// assert_eq!(store.load(&"ada").await.unwrap(), None);
/// # });
/// ```
#[derive(Debug)]
pub struct MemoryStore<K, C> {
    capacity: usize,
    ttl: Option<Duration>,
    contents: Mutex<Contents<K, C>>,
}

#[derive(Debug)]
struct Contents<K, C> {
    by_key: HashMap<K, Kept<C>>,
    /// By the number of the save, the oldest one first; it is the first to expire, too.
    saves: BTreeMap<u64, K>,
    next: u64,
}

#[derive(Debug)]
struct Kept<C> {
    context: C,
    save: u64,
    at: Instant,
}

impl<K, C> MemoryStore<K, C> {
    /// Keeps so many contexts, as long as there is room.
    pub fn new(capacity: usize) -> Self {
        Self {
            capacity,
            ttl: None,
            contents: Mutex::new(Contents {
                by_key: HashMap::new(),
                saves: BTreeMap::new(),
                next: 0,
            }),
        }
    }

    /// Keeps none of them for longer than this.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// An entry is made whole or not at all, so a panic elsewhere does not spoil them.
    fn contents(&self) -> MutexGuard<'_, Contents<K, C>> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Hash + Eq + Clone, C> MemoryStore<K, C> {
    /// The contexts that are kept and have not expired.
    pub fn len(&self) -> usize {
        self.fresh(Instant::now()).by_key.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is kept, without those that have expired.
    fn fresh(&self, now: Instant) -> MutexGuard<'_, Contents<K, C>> {
        let mut contents = self.contents();
        if let Some(ttl) = self.ttl {
            while contents
                .oldest()
                .is_some_and(|oldest| now.saturating_duration_since(oldest.at) >= ttl)
            {
                contents.drop_oldest();
            }
        }
        contents
    }
}

impl<K: Hash + Eq + Clone, C> Contents<K, C> {
    fn oldest(&self) -> Option<&Kept<C>> {
        let (_, key) = self.saves.first_key_value()?;
        self.by_key.get(key)
    }

    fn drop_oldest(&mut self) {
        if let Some((_, key)) = self.saves.pop_first() {
            self.by_key.remove(&key);
        }
    }

    fn remove(&mut self, key: &K) {
        if let Some(kept) = self.by_key.remove(key) {
            self.saves.remove(&kept.save);
        }
    }

    fn insert(&mut self, key: &K, context: C, at: Instant) {
        let save = self.next;
        self.next += 1;
        self.saves.insert(save, key.clone());
        let kept = Kept { context, save, at };
        self.by_key.insert(key.clone(), kept);
    }
}

impl<K, C> ContextStore<K> for MemoryStore<K, C>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    C: Clone + Send + 'static,
{
    type Context = C;
    type Error = Infallible;

    async fn load(&self, key: &K) -> Result<Option<C>, Infallible> {
        let contents = self.fresh(Instant::now());
        Ok(contents.by_key.get(key).map(|kept| kept.context.clone()))
    }

    async fn save(&self, key: &K, context: C) -> Result<(), Infallible> {
        let now = Instant::now();
        let mut contents = self.fresh(now);
        contents.remove(key);
        contents.insert(key, context, now);
        while contents.by_key.len() > self.capacity {
            contents.drop_oldest();
        }
        Ok(())
    }

    async fn delete(&self, key: &K) -> Result<(), Infallible> {
        self.contents().remove(key);
        Ok(())
    }
}
