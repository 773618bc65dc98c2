//! Contexts: one call at a time works on one, and none is lost, shared or kept for ever.

use crate::provider::{
    Combine, ContextStore, MemoryStore, RequestResponse, StatefulError, from_fn,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{task::yield_now, time::advance};

/// Adds one to what was remembered, after others had every chance to come between.
async fn add_one(so_far: u32) -> Result<u32, &'static str> {
    for _ in 0..5 {
        yield_now().await;
    }
    if so_far == 1_000 {
        Err("enough")
    } else {
        Ok(so_far + 1)
    }
}

fn counting<St: ContextStore<u8, Context = u32>>(
    store: St,
) -> impl RequestResponse<u8, Response = u32, Error = StatefulError<u32, &'static str, St::Error>> {
    from_fn("count", add_one).stateful(
        store,
        |key: &u8| *key,
        |_: u8, so_far: Option<u32>| so_far.unwrap_or(0),
        |response: &u32| Some(*response),
    )
}

#[tokio::test]
async fn a_context_is_changed_by_one_call_at_a_time() {
    let store = Arc::new(MemoryStore::new(10));
    let count = Arc::new(counting(Shared(Arc::clone(&store))));
    let calls: Vec<_> = (0..100_u8)
        .map(|n| {
            let count = Arc::clone(&count);
            tokio::spawn(async move { count.call(n % 2).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(store.load(&0).await, Ok(Some(50)));
    assert_eq!(store.load(&1).await, Ok(Some(50)));
}

#[tokio::test]
async fn a_call_that_fails_leaves_the_context_as_it_was() {
    let store = Arc::new(MemoryStore::new(10));
    store.save(&7, 1_000).await.unwrap();
    let count = counting(Shared(Arc::clone(&store)));
    assert!(matches!(
        count.call(7).await,
        Err(StatefulError::Backend("enough"))
    ));
    assert_eq!(store.load(&7).await, Ok(Some(1_000)));
}

#[tokio::test]
async fn a_response_survives_a_failed_save() {
    let count = counting(Full);
    match count.call(1).await {
        Err(StatefulError::Save {
            response: 6,
            source: "the disk is full",
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_context_is_gone_and_its_place_is_free() {
    let store = MemoryStore::new(1_000).ttl(Duration::from_mins(1));
    for key in 0..500_u32 {
        store.save(&key, "old").await.unwrap();
    }
    advance(Duration::from_secs(59)).await;
    store.save(&3, "new").await.unwrap();
    assert_eq!(store.len(), 500);
    advance(Duration::from_secs(1)).await;
    assert_eq!(store.load(&4).await, Ok(None));
    assert_eq!(
        store.load(&3).await,
        Ok(Some("new")),
        "saved again, it lives on"
    );
    assert_eq!(store.len(), 1);
    store.delete(&3).await.unwrap();
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_full_store_forgets_what_was_saved_longest_ago() {
    let store = MemoryStore::new(2);
    for key in ["a", "b", "a", "c"] {
        store.save(&key, ()).await.unwrap();
    }
    assert_eq!(store.load(&"a").await, Ok(Some(())));
    assert_eq!(store.load(&"b").await, Ok(None));
    assert_eq!(store.load(&"c").await, Ok(Some(())));
    let none = MemoryStore::new(0);
    none.save(&"a", ()).await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn who_loads_a_context_has_one_of_its_own() {
    let store = MemoryStore::new(2);
    store.save(&1, vec![1]).await.unwrap();
    let mut loaded = store.load(&1).await.unwrap().unwrap();
    loaded.push(2);
    assert_eq!(store.load(&1).await, Ok(Some(vec![1])));
}

/// A store that the test can look into.
struct Shared(Arc<MemoryStore<u8, u32>>);

impl ContextStore<u8> for Shared {
    type Context = u32;
    type Error = Infallible;

    async fn load(&self, key: &u8) -> Result<Option<u32>, Infallible> {
        yield_now().await;
        self.0.load(key).await
    }
    async fn save(&self, key: &u8, context: u32) -> Result<(), Infallible> {
        yield_now().await;
        self.0.save(key, context).await
    }
    async fn delete(&self, key: &u8) -> Result<(), Infallible> {
        self.0.delete(key).await
    }
}

/// A store that loads 5 and keeps nothing.
struct Full;

impl ContextStore<u8> for Full {
    type Context = u32;
    type Error = &'static str;

    async fn load(&self, _: &u8) -> Result<Option<u32>, &'static str> {
        Ok(Some(5))
    }
    async fn save(&self, _: &u8, _: u32) -> Result<(), &'static str> {
        Err("the disk is full")
    }
    async fn delete(&self, _: &u8) -> Result<(), &'static str> {
        Ok(())
    }
}
