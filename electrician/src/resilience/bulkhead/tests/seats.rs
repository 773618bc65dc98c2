//! Places that workers keep between their calls.

use super::super::{Aimd, Bulkhead, Seat};
use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    task::{Context, Waker},
    time::Duration,
};
use tokio::time::{sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// A bulkhead of one, and a seat that keeps its place.
fn kept() -> (Bulkhead, Seat) {
    let bulkhead = Bulkhead::new(1);
    let mut seat = bulkhead.seat();
    seat.try_enter().expect("it is empty").success();
    (bulkhead, seat)
}

#[test]
fn a_call_on_a_kept_place_is_no_new_one_for_the_bulkhead() {
    let (bulkhead, mut seat) = kept();
    for _ in 0..10 {
        let call = seat.try_enter().unwrap();
        assert_eq!(bulkhead.snapshot().running, 1);
        drop(call);
        assert_eq!(bulkhead.snapshot().running, 0);
    }
    assert_eq!(bulkhead.snapshot().admitted, 1);
}

#[test]
fn a_sleeping_worker_keeps_nobody_out() {
    let (bulkhead, mut seat) = kept();
    let other = bulkhead.try_enter().expect("nobody sits there");
    assert!(seat.try_enter().is_err());
    drop(other);
    let mut second = bulkhead.seat();
    drop(second.try_enter().unwrap());
    drop(
        seat.try_enter()
            .expect("it was taken back from the second one"),
    );
}

#[tokio::test(start_paused = true)]
async fn one_who_waits_gets_the_place_when_the_call_ends() {
    let (bulkhead, mut seat) = kept();
    let call = seat.try_enter().unwrap();
    let waiting = tokio::spawn({
        let bulkhead = bulkhead.clone();
        async move { bulkhead.enter().await }
    });
    sleep(SECOND).await;
    assert!(!waiting.is_finished());
    drop(call);
    let permit = waiting.await.unwrap().unwrap();
    assert!(timeout(SECOND, seat.enter(None)).await.is_err());
    drop(permit);
    assert!(seat.enter(None).await.is_ok());
}

#[test]
fn a_lower_limit_takes_kept_places_back() {
    let bulkhead = Bulkhead::new(2);
    let (mut one, mut two) = (bulkhead.seat(), bulkhead.seat());
    let (first, second) = (one.try_enter().unwrap(), two.try_enter().unwrap());
    bulkhead.set(1).unwrap();
    drop(first);
    assert!(one.try_enter().is_err(), "the second one still runs");
    drop(second);
    assert!(one.try_enter().is_ok());
}

#[test]
fn a_seat_that_ends_gives_its_place_back() {
    let (bulkhead, seat) = kept();
    drop(seat);
    assert_eq!(bulkhead.snapshot().running, 0);
    let permit = bulkhead.try_enter().unwrap();
    assert!(bulkhead.try_enter().is_err());
    drop(permit);
}

#[test]
fn a_limit_that_finds_its_own_sees_each_call() {
    let bulkhead = Bulkhead::new(Aimd::between(1, 10).initial(10));
    let mut seat = bulkhead.seat();
    for _ in 0..3 {
        seat.try_enter().unwrap().success();
    }
    seat.try_enter().unwrap().failure();
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.admitted, snapshot.limit), (4, 9));
}

#[test]
fn seats_and_permits_of_many_threads_keep_to_the_limit_and_all_get_in() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .expect("a runtime");
    let (bulkhead, running) = (Bulkhead::new(2), Arc::new(AtomicU32::new(0)));
    let work = |running: &AtomicU32| {
        assert!(running.fetch_add(1, SeqCst) < 2);
        std::hint::spin_loop();
        running.fetch_sub(1, SeqCst);
    };
    let seats = (0..4).map(|_| {
        let (mut seat, running) = (bulkhead.seat(), running.clone());
        runtime.spawn(async move {
            for round in 0..5_000 {
                let call = seat.enter(None).await.unwrap();
                work(&running);
                if round % 7 == 0 {
                    tokio::task::yield_now().await;
                }
                drop(call);
            }
        })
    });
    let permits = (0..4).map(|_| {
        let (bulkhead, running) = (bulkhead.clone(), running.clone());
        runtime.spawn(async move {
            for round in 0..5_000 {
                if round % 3 == 0 {
                    // Gives up half way.
                    let mut gone = pin!(bulkhead.enter());
                    let mut context = Context::from_waker(Waker::noop());
                    drop(gone.as_mut().poll(&mut context));
                }
                let permit = bulkhead.enter().await.unwrap();
                work(&running);
                drop(permit);
            }
        })
    });
    let all: Vec<_> = seats.chain(permits).collect();
    runtime.block_on(async {
        for each in all {
            each.await.expect("it has kept to the limit");
        }
    });
    let snapshot = bulkhead.snapshot();
    assert_eq!((snapshot.running, snapshot.waiting), (0, 0));
}
