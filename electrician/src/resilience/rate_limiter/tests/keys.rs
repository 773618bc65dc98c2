//! A limiter for each key, in bounded memory.

use super::super::{KeyedRateLimiter, RateLimit};
use crate::value::Rate;
use proptest::prelude::*;
use std::{collections::HashMap, time::Duration};
use tokio::time::{Instant, advance};

const SECOND: Duration = Duration::from_secs(1);

fn keyed(keys: usize) -> KeyedRateLimiter<u32> {
    KeyedRateLimiter::new(RateLimit::new(Rate::per_second(1)).burst(2), keys)
}

/// Whether the key passes now.
fn passes(limits: &KeyedRateLimiter<u32>, key: u32) -> bool {
    limits
        .of(&key)
        .is_ok_and(|limiter| limiter.try_acquire().is_ok())
}

#[tokio::test(start_paused = true)]
async fn each_key_has_its_own_pace() {
    let limits = keyed(10);
    for key in 0..10 {
        assert_eq!(
            [
                passes(&limits, key),
                passes(&limits, key),
                passes(&limits, key)
            ],
            [true, true, false]
        );
    }
    advance(SECOND).await;
    assert!((0..10).all(|key| passes(&limits, key) && !passes(&limits, key)));
}

#[tokio::test(start_paused = true)]
async fn a_new_key_is_refused_until_one_is_idle() {
    let (limits, start) = (keyed(2), Instant::now());
    assert!(passes(&limits, 1) && passes(&limits, 1) && passes(&limits, 2));
    assert_eq!(limits.of(&3).unwrap_err().until, start + SECOND);
    assert_eq!(limits.len(), 2);
    advance(SECOND).await;
    assert!(passes(&limits, 3), "2 was idle");
    assert!(
        passes(&limits, 1) && !passes(&limits, 1),
        "1 was not forgotten"
    );
    assert_eq!(limits.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_in_hand_is_not_forgotten() {
    let limits = keyed(1);
    let held = limits.of(&1).unwrap();
    assert!(limits.of(&2).is_err());
    held.try_acquire().unwrap();
    drop(held);
    advance(2 * SECOND).await;
    assert!(passes(&limits, 2));
}

#[tokio::test(start_paused = true)]
async fn a_change_of_pace_does_not_refill_a_key() {
    // A limiter whose bucket was made anew at each change let a full burst pass each time.
    let limits = keyed(4);
    assert!(passes(&limits, 1) && passes(&limits, 1));
    limits.set(Rate::per_second(10)).unwrap();
    limits.set_burst(5).unwrap();
    assert!(!passes(&limits, 1));
    assert_eq!((0..9).filter(|_| passes(&limits, 2)).count(), 5);
    assert!(limits.set_burst(0).is_err());
    advance(SECOND / 2).await;
    assert_eq!((0..9).filter(|_| passes(&limits, 1)).count(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_keys_stays_within_its_room() {
    let limits = keyed(1_000);
    let admitted = (0..100_000).filter(|&key| passes(&limits, key)).count();
    assert!(admitted <= 1_000 && limits.len() <= 1_000);
    advance(2 * SECOND).await;
    let again = (200_000..300_000)
        .filter(|&key| passes(&limits, key))
        .count();
    assert_eq!((again, limits.len()), (1_000, 1_000));
}

proptest! {
    #[test]
    fn no_key_passes_more_than_its_own_pace_however_keys_come_and_go(
        room in 1..6_usize,
        events in prop::collection::vec((0..10_u32, 0..900_u64), 1..300),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let limits = keyed(room);
            let mut passed: HashMap<u32, Vec<Instant>> = HashMap::new();
            for (key, millis) in events {
                if passes(&limits, key) {
                    let times = passed.entry(key).or_default();
                    times.push(Instant::now());
                    for (first, &from) in times.iter().enumerate() {
                        #[expect(clippy::cast_precision_loss, reason = "few calls")]
                        let count = (times.len() - first) as f64;
                        prop_assert!(count <= 2.0 + from.elapsed().as_secs_f64() + 1e-6);
                    }
                }
                prop_assert!(limits.len() <= room);
                advance(Duration::from_millis(millis)).await;
            }
            Ok(())
        })?;
    }
}
