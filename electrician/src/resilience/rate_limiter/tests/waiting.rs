//! The limiter that calls share, under a paused clock.

use super::super::{Blackout, RateLimit, RateLimiter};
use crate::value::Rate;
use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Waker},
    time::{Duration, SystemTime},
};
use tokio::time::{Instant, advance, sleep, timeout};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Ten a second, one at a time.
fn slow() -> RateLimiter {
    RateLimiter::new(RateLimit::new(Rate::per_second(10)).burst(1))
}

/// The same, with its one token gone.
fn empty() -> RateLimiter {
    let limiter = slow();
    limiter.try_acquire().expect("it is new");
    limiter
}

fn is_ready(future: Pin<&mut impl Future>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    future.poll(&mut context).is_ready()
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_served_in_order_at_the_rate() {
    let (limiter, start) = (empty(), Instant::now());
    let served = Arc::new(Mutex::new(Vec::new()));
    for call in 1..=10 {
        let (limiter, served) = (limiter.clone(), served.clone());
        tokio::spawn(async move {
            limiter.acquire().await.expect("few wait");
            served.lock().unwrap().push((call, start.elapsed()));
        });
    }
    sleep(ms(1_500)).await;
    let due: Vec<_> = (1..=10).map(|call| (call, ms(100 * call))).collect();
    assert_eq!(*served.lock().unwrap(), due);
    assert_eq!(limiter.snapshot().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_those_who_wait() {
    let limiter = empty();
    let mut waiting = pin!(limiter.acquire());
    assert!(!is_ready(waiting.as_mut()));
    advance(ms(100)).await;
    let refused = limiter.try_acquire().unwrap_err();
    assert_eq!(refused.until, Instant::now() + ms(100));
    assert_eq!(refused.waiting, 1);
    assert!(waiting.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_makes_the_wait_of_those_behind_shorter() {
    // Waits that were computed once kept waiting for those who had gone: 980 ms where 60 were due.
    let (limiter, start) = (empty(), Instant::now());
    let mut ahead: Vec<_> = (0..9).map(|_| Box::pin(limiter.acquire())).collect();
    assert!(ahead.iter_mut().all(|each| !is_ready(each.as_mut())));
    let mut last = pin!(limiter.acquire());
    assert!(!is_ready(last.as_mut()));
    drop(ahead);
    last.await.expect("it waits alone");
    assert_eq!(start.elapsed(), ms(100));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_cannot_end_in_time_is_refused_at_once() {
    let (limiter, start) = (empty(), Instant::now());
    let mut ahead = pin!(limiter.acquire());
    assert!(!is_ready(ahead.as_mut()));
    let refused = limiter.acquire_by(start + ms(199)).await.unwrap_err();
    assert_eq!((refused.until, refused.waiting), (start + ms(200), 1));
    assert_eq!(start.elapsed(), Duration::ZERO);

    let (ahead, behind) = tokio::join!(ahead, limiter.acquire_by(start + ms(200)));
    assert!(ahead.is_ok() && behind.is_ok());
    assert_eq!(start.elapsed(), ms(200));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_takes_nothing() {
    let limiter = slow();
    let past = Instant::now();
    advance(ms(1)).await;
    assert!(limiter.acquire_by(past).await.is_err());
    assert!(limiter.try_acquire().is_ok());
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_bounded() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10)).burst(1).waiters(2));
    limiter.try_acquire().unwrap();
    let mut waiting = [Box::pin(limiter.acquire()), Box::pin(limiter.acquire())];
    assert!(waiting.iter_mut().all(|each| !is_ready(each.as_mut())));
    let refused = limiter.acquire().await.unwrap_err();
    assert_eq!(refused.waiting, 2);
    assert_eq!(refused.until, Instant::now() + ms(300));
    assert_eq!(limiter.snapshot().refused, 1);
    drop(waiting);
    assert_eq!(limiter.snapshot().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_takes_nothing() {
    let (limiter, start) = (empty(), Instant::now());
    assert!(timeout(ms(50), limiter.acquire()).await.is_err());
    limiter.acquire().await.unwrap();
    assert_eq!(start.elapsed(), ms(100));
    assert_eq!(limiter.snapshot().admitted, 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_back_wakes_the_first_who_waits() {
    let limiter = slow();
    let (token, start) = (limiter.try_acquire().unwrap(), Instant::now());
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire().await.is_ok() }
    });
    sleep(ms(10)).await;
    token.give_back();
    assert!(waiting.await.unwrap());
    assert_eq!(start.elapsed(), ms(10));
    assert_eq!(limiter.snapshot().admitted, 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_rate_serves_those_who_wait() {
    let limiter = RateLimiter::new(Rate::per_hour(1));
    limiter.try_acquire().unwrap();
    let start = Instant::now();
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire().await.is_ok() }
    });
    sleep(ms(1)).await;
    assert!(limiter.set(Rate::per_second(0)).is_err());
    assert!(limiter.set_burst(0).is_err());
    limiter.set(Rate::per_second(10)).unwrap();
    assert!(waiting.await.unwrap());
    assert!(start.elapsed() <= ms(101));
}

#[tokio::test(start_paused = true)]
async fn a_slower_rate_ends_the_wait_at_its_deadline() {
    let (limiter, start) = (empty(), Instant::now());
    let mut waiting = pin!(limiter.acquire_by(start + ms(150)));
    assert!(!is_ready(waiting.as_mut()));
    limiter.set(Rate::per_second(1)).unwrap();
    let refused = waiting.await.unwrap_err();
    assert_eq!(refused.waiting, 0, "it does not wait any more");
    assert_eq!(start.elapsed(), ms(150));
    assert_eq!(limiter.snapshot().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_passes_during_a_blackout_and_then_it_does() {
    let soon = SystemTime::now() + ms(10_000);
    let limit = RateLimit::new(Rate::per_second(10)).blackout(Blackout::once(soon, ms(60_000)));
    let limiter = RateLimiter::new(limit);
    let start = Instant::now();
    assert!(limiter.try_acquire().is_ok());
    advance(ms(20_000)).await;
    let refused = limiter.try_acquire().unwrap_err();
    let over = refused.until - start;
    assert!(over > ms(69_000) && over <= ms(70_000));
    assert!(limiter.acquire_by(start + ms(30_000)).await.is_err());
    assert_eq!(start.elapsed(), ms(20_000), "refused at once");
    assert!(limiter.acquire().await.is_ok());
    assert!(Instant::now() >= refused.until);
}

#[tokio::test(start_paused = true)]
async fn a_predicate_is_asked_again_by_those_who_wait() {
    let closed = Arc::new(AtomicBool::new(true));
    let asked = closed.clone();
    let blackout = Blackout::when(move || asked.load(Relaxed));
    let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10)).blackout(blackout));
    let mut lease = limiter.lease();
    assert!(lease.try_acquire().is_err());
    let waiting = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire().await.is_ok() }
    });
    sleep(ms(10_000)).await;
    assert!(!waiting.is_finished());
    closed.store(false, Relaxed);
    let start = Instant::now();
    assert!(waiting.await.unwrap());
    assert!(start.elapsed() <= ms(101));
    assert!(lease.try_acquire().is_ok());
    closed.store(true, Relaxed);
    assert!(
        lease.try_acquire().is_err(),
        "nothing was leased in advance"
    );
}

#[tokio::test(start_paused = true)]
async fn a_predicate_may_look_at_its_limiter() {
    // A callback under the lock that reads what it is about stands still for ever.
    let place = Arc::new(Mutex::new(None::<RateLimiter>));
    let own = place.clone();
    let look = move || {
        let limiter = own.lock().unwrap().take();
        limiter.is_some_and(|limiter| limiter.snapshot().free == 0)
    };
    let limiter =
        RateLimiter::new(RateLimit::new(Rate::per_second(10)).blackout(Blackout::when(look)));
    *place.lock().unwrap() = Some(limiter.clone());
    assert!(limiter.try_acquire().is_ok());
}

#[tokio::test(start_paused = true)]
async fn leases_together_keep_to_the_rate_and_use_it_all() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(20_000)).burst(200));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let mut lease = limiter.lease();
            tokio::spawn(async move {
                let end = Instant::now() + ms(1_000);
                let mut passed = 0_u64;
                while lease.acquire(Some(end)).await.is_ok() {
                    passed += 1;
                }
                passed
            })
        })
        .collect();
    let mut passed = 0;
    for worker in workers {
        passed += worker.await.unwrap();
    }
    assert!((20_000..=20_200).contains(&passed), "{passed}");
    let snapshot = limiter.snapshot();
    assert_eq!((snapshot.leased, snapshot.admitted), (0, passed));
}

#[tokio::test(start_paused = true)]
async fn what_a_lease_does_not_use_comes_back() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10_000)).burst(40));
    let mut lease = limiter.lease();
    lease.try_acquire().unwrap();
    assert_eq!(limiter.snapshot().leased, 10);
    lease.give_back();
    drop(lease);
    let snapshot = limiter.snapshot();
    assert_eq!(
        (snapshot.leased, snapshot.admitted, snapshot.free),
        (0, 0, 40)
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_forgets_its_tokens_when_the_pace_changes() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10_000)).burst(40));
    let mut lease = limiter.lease();
    lease.try_acquire().unwrap();
    limiter.set_burst(2).unwrap();
    limiter.set(Rate::per_second(1)).unwrap();
    let passed = (0..100).take_while(|_| lease.try_acquire().is_ok()).count();
    assert_eq!(passed, 2);
}

#[test]
fn it_needs_no_runtime_while_nobody_waits_and_crosses_threads() {
    fn crosses<T: Send>(value: T) -> T {
        value
    }
    let limiter = slow();
    let mut lease = crosses(limiter.lease());
    drop(crosses(limiter.acquire_by(Instant::now())));
    assert!(is_ready(pin!(limiter.acquire())));
    assert!(lease.try_acquire().is_err());
}
