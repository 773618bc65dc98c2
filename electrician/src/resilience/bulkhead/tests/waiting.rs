//! The bulkhead that calls share, under a paused clock.

use super::super::{Aimd, Bulkhead, BulkheadPermit, Concurrency};
use std::{
    future::Future,
    panic,
    pin::{Pin, pin},
    sync::{Arc, Mutex},
    task::{Context, Waker},
    time::Duration,
};
use tokio::time::{Instant, advance, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

fn is_ready(future: Pin<&mut impl Future>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    future.poll(&mut context).is_ready()
}

fn full() -> (Bulkhead, BulkheadPermit) {
    let bulkhead = Bulkhead::new(1);
    let permit = bulkhead.try_enter().expect("it is empty");
    (bulkhead, permit)
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_let_in_in_order() {
    let (bulkhead, permit) = full();
    let order = Arc::new(Mutex::new(Vec::new()));
    let calls: Vec<_> = (0..20)
        .map(|call| {
            let (bulkhead, order) = (bulkhead.clone(), order.clone());
            tokio::spawn(async move {
                let permit = bulkhead.enter().await.expect("few wait");
                order.lock().unwrap().push(call);
                sleep(SECOND).await;
                permit.success();
            })
        })
        .collect();
    sleep(SECOND).await;
    assert_eq!(bulkhead.snapshot().waiting, 20);
    let start = Instant::now();
    drop(permit);
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
    assert_eq!(start.elapsed(), 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn nobody_overtakes_those_who_wait() {
    let (bulkhead, permit) = full();
    let mut waiting = pin!(bulkhead.enter());
    assert!(!is_ready(waiting.as_mut()));
    drop(permit);
    assert_eq!(bulkhead.try_enter().unwrap_err().waiting, 1);
    assert!(waiting.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_bounded() {
    let bulkhead = Bulkhead::new(Concurrency::from(1).waiters(2));
    let _permit = bulkhead.try_enter().unwrap();
    let mut waiting = [Box::pin(bulkhead.enter()), Box::pin(bulkhead.enter())];
    assert!(waiting.iter_mut().all(|each| !is_ready(each.as_mut())));
    let refused = bulkhead.enter().await.unwrap_err();
    assert_eq!((refused.running, refused.limit, refused.waiting), (1, 1, 2));
    drop(waiting);
    assert_eq!(bulkhead.snapshot().waiting, 0);
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_limit_and_at_its_deadline() {
    let bulkhead = Bulkhead::new(Concurrency::from(1).max_wait(3 * SECOND));
    let _permit = bulkhead.try_enter().unwrap();
    let start = Instant::now();
    let refused = bulkhead.enter().await.unwrap_err();
    assert_eq!(refused.waiting, 0, "it does not wait any more");
    assert_eq!(start.elapsed(), 3 * SECOND);
    assert!(bulkhead.enter_by(start + 4 * SECOND).await.is_err());
    assert_eq!(start.elapsed(), 4 * SECOND);
    assert_eq!(bulkhead.snapshot().refused, 2);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_takes_nothing() {
    // A free place was taken even when the caller had been cancelled already.
    let bulkhead = Bulkhead::new(1);
    let past = Instant::now();
    advance(SECOND).await;
    assert!(bulkhead.enter_by(past).await.is_err());
    assert_eq!(bulkhead.snapshot().admitted, 0);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_loses_no_place() {
    let (bulkhead, permit) = full();
    let mut gone = Box::pin(bulkhead.enter());
    let mut behind = pin!(bulkhead.enter());
    assert!(!is_ready(gone.as_mut()) && !is_ready(behind.as_mut()));
    drop(permit);
    drop(gone);
    assert!(is_ready(behind.as_mut()));
    assert!(timeout(SECOND, bulkhead.enter()).await.unwrap().is_ok());
    assert_eq!(bulkhead.snapshot().running, 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_panics_gives_its_place_back() {
    let (bulkhead, permit) = full();
    let call = panic::AssertUnwindSafe(|| {
        let _permit = permit;
        panic::resume_unwind(Box::new("the call panicked"));
    });
    assert!(panic::catch_unwind(call).is_err());
    assert!(bulkhead.try_enter().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_higher_limit_lets_those_in_who_wait() {
    let (bulkhead, _permit) = full();
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let bulkhead = bulkhead.clone();
            tokio::spawn(async move { bulkhead.enter().await })
        })
        .collect();
    sleep(SECOND).await;
    assert!(bulkhead.set(0).is_err());
    bulkhead.set(4).unwrap();
    let mut inside = Vec::new();
    for each in waiting {
        inside.push(each.await.unwrap().unwrap());
    }
    assert_eq!(bulkhead.snapshot().running, 4);
    bulkhead.set(2).unwrap();
    inside.pop();
    assert!(bulkhead.try_enter().is_err(), "three still run");
}

#[tokio::test(start_paused = true)]
async fn failures_lower_a_limit_that_finds_its_own() {
    let bulkhead = Bulkhead::new(Aimd::between(1, 100).initial(10));
    for limit in [9, 8, 7, 6] {
        advance(SECOND).await;
        bulkhead.try_enter().unwrap().failure();
        assert_eq!(bulkhead.snapshot().limit, limit);
    }
    for _ in 0..100 {
        advance(SECOND).await;
        drop(bulkhead.try_enter().unwrap());
    }
    assert_eq!(
        bulkhead.snapshot().limit,
        6,
        "a cancelled call teaches nothing"
    );
}

#[test]
fn it_needs_no_runtime_while_it_does_not_wait_for_a_time_and_crosses_threads() {
    fn crosses<T: Send + 'static>(value: T) -> T {
        value
    }
    let (bulkhead, permit) = full();
    drop(crosses(permit));
    let waiting = bulkhead.clone();
    assert!(is_ready(pin!(crosses(async move {
        waiting.enter().await.is_ok()
    }))));
}
