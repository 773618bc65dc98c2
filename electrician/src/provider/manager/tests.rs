use super::*;
use crate::provider::{
    Candidate, Duplex, Health, LeastLoaded, Preferred, RequestResponse, RequestStream, RoundRobin,
    SendHalf, Standing,
    tests::lab::{Broken, Lab, lab},
};
use futures_util::{FutureExt, StreamExt, future::join_all};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};

const SECOND: Duration = Duration::from_secs(1);

fn made(lab: &Lab) -> impl FnOnce() -> Result<Lab, Broken> + use<> {
    let lab = lab.clone();
    move || Ok(lab)
}

async fn manager<S: Selector>(selector: S, labs: &[Lab]) -> Manager<Lab, S> {
    let manager = Manager::new("labs", selector);
    for lab in labs {
        manager.init(lab.name(), made(lab)).await.unwrap();
    }
    manager
}

fn closes(lab: &Lab) -> usize {
    lab.count(|it| &it.closes)
}

#[tokio::test]
async fn concurrent_inits_make_one_backend() {
    let (lab, manager, made) = (
        lab("one"),
        Manager::new("labs", FirstHealthy),
        AtomicUsize::new(0),
    );
    lab.shut();
    let inits = (0..16).map(|_| {
        manager.init("one", || {
            made.fetch_add(1, SeqCst);
            Ok::<_, Broken>(lab.clone())
        })
    });
    let opens = async {
        yield_now().await;
        lab.let_go();
    };
    let (leases, ()) = tokio::join!(join_all(inits), opens);
    assert!(leases.into_iter().all(|lease| lease.is_ok()));
    assert_eq!((made.load(SeqCst), lab.count(|it| &it.inits)), (1, 1));
}

#[tokio::test]
async fn an_init_that_failed_can_be_tried_again() {
    let (lab, manager) = (
        lab("one").set(|it| &it.init_fails),
        Manager::new("labs", FirstHealthy),
    );
    let error = manager.init("one", made(&lab)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`one` could not be initialised: no connection"
    );
    let error = manager
        .init("one", || Err(Broken("no such thing")))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "`one` could not be made: no such thing");
    assert!(manager.get("one").is_none());
    manager.init("one", made(&lab)).await.unwrap();
    assert_eq!(manager.call(4_u32).await.unwrap(), 8);
}

#[tokio::test]
async fn an_init_that_is_cancelled_makes_way_for_the_next() {
    let (lab, manager) = (lab("one"), Manager::new("labs", FirstHealthy));
    lab.shut();
    assert!(manager.init("one", made(&lab)).now_or_never().is_none());
    lab.let_go();
    manager.init("one", made(&lab)).await.unwrap();
    assert_eq!(lab.count(|it| &it.inits), 2);
}

#[tokio::test]
async fn a_slow_init_holds_nobody_else_up() {
    let (slow, quick) = (lab("slow"), lab("quick"));
    slow.shut();
    let manager = Manager::new("labs", FirstHealthy);
    let mut init = Box::pin(manager.init("slow", made(&slow)));
    assert!(init.as_mut().now_or_never().is_none());
    manager
        .init("quick", made(&quick))
        .now_or_never()
        .unwrap()
        .unwrap();
    assert_eq!(manager.call(1_u32).await.unwrap(), 2);
    assert_eq!(manager.names(), ["quick"]);
    slow.let_go();
    init.await.unwrap();
}

#[tokio::test]
async fn a_switched_backend_is_closed_once_when_its_last_call_has_ended() {
    let (old, new) = (lab("one"), lab("one"));
    let manager = manager(FirstHealthy, std::slice::from_ref(&old)).await;
    old.shut();
    let mut under_way = Box::pin(manager.call(1_u32));
    assert!(under_way.as_mut().now_or_never().is_none());
    manager.switch("one", made(&new)).await.unwrap();
    assert_eq!(manager.call(2_u32).await.unwrap(), 4);
    yield_now().await;
    assert_eq!((closes(&old), new.count(|it| &it.calls)), (0, 1));
    old.let_go();
    assert_eq!(under_way.await.unwrap(), 2);
    manager.settled(SECOND).await.unwrap();
    assert_eq!((closes(&old), closes(&new)), (1, 0));
    assert_eq!(old.count(|it| &it.after_close), 0);
}

#[tokio::test]
async fn a_switch_that_fails_changes_nothing() {
    let (old, new) = (lab("one"), lab("one").set(|it| &it.init_fails));
    let manager = manager(FirstHealthy, std::slice::from_ref(&old)).await;
    manager.switch("one", made(&new)).await.unwrap_err();
    assert_eq!(manager.call(2_u32).await.unwrap(), 4);
    assert_eq!((closes(&old), old.count(|it| &it.calls)), (0, 1));
}

#[tokio::test]
async fn a_switched_backend_keeps_its_place() {
    let labs = [lab("a"), lab("b"), lab("c")];
    let manager = manager(FirstHealthy, &labs).await;
    manager.switch("b", made(&lab("b"))).await.unwrap();
    assert_eq!(manager.names(), ["a", "b", "c"]);
    assert!(manager.remove("a").await && !manager.remove("a").await);
    assert_eq!(manager.names(), ["b", "c"]);
    manager.settled(SECOND).await.unwrap();
    assert_eq!(closes(&labs[0]), 1);
}

/// Many callers on several threads, while the backend they call is switched again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_switch_under_load_loses_no_call() {
    let first = lab("one");
    let manager = Arc::new(manager(RoundRobin::new(), &[first.clone(), lab("two")]).await);
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let manager = Arc::clone(&manager);
            tokio::spawn(async move {
                for n in 0..2_000_u32 {
                    assert_eq!(manager.call(n).await.unwrap(), n * 2);
                    if n % 16 == 0 {
                        yield_now().await;
                    }
                }
            })
        })
        .collect();
    let mut all = vec![first];
    for _ in 0..100 {
        let next = lab("one");
        manager.switch("one", made(&next)).await.unwrap();
        all.push(next);
        yield_now().await;
    }
    for caller in callers {
        caller.await.unwrap();
    }
    manager
        .close_all(Order::Parallel, 10 * SECOND)
        .await
        .unwrap();
    assert!(all.iter().all(|lab| closes(lab) == 1));
    assert!(all.iter().all(|lab| lab.count(|it| &it.after_close) == 0));
}

#[tokio::test]
async fn a_stream_keeps_its_backend_until_it_ends() {
    let lab = lab("one");
    let manager = manager(LeastLoaded, std::slice::from_ref(&lab)).await;
    let mut stream = manager.open(2_u32).await.unwrap();
    assert_eq!(manager.roster.seats()[0].load(), 1);
    assert!(manager.remove("one").await);
    yield_now().await;
    assert_eq!(closes(&lab), 0);
    while stream.next().await.is_some() {}
    manager.settled(SECOND).await.unwrap();
    assert_eq!(closes(&lab), 1, "though the stream is still there");
}

#[tokio::test]
async fn a_conversation_keeps_its_backend_until_both_halves_end() {
    let lab = lab("one");
    let manager = manager(FirstHealthy, std::slice::from_ref(&lab)).await;
    let (mut sender, receiver) = manager.connect().await.unwrap();
    assert!(manager.remove("one").await);
    sender.send(1).await.unwrap();
    drop(receiver);
    yield_now().await;
    assert_eq!(closes(&lab), 0);
    drop(sender);
    manager.settled(SECOND).await.unwrap();
    assert_eq!(closes(&lab), 1);
}

#[tokio::test]
async fn an_active_call_is_never_closed_under() {
    let lab = lab("one");
    let manager = Arc::new(manager(FirstHealthy, std::slice::from_ref(&lab)).await);
    lab.shut();
    let call = tokio::spawn({
        let manager = Arc::clone(&manager);
        async move { manager.call(1_u32).await }
    });
    yield_now().await;
    let mut closing = Box::pin(manager.close_all(Order::Reverse, 60 * SECOND));
    assert!(closing.as_mut().now_or_never().is_none());
    lab.let_go();
    closing.await.unwrap();
    assert_eq!(call.await.unwrap().unwrap(), 2);
    assert_eq!((closes(&lab), lab.count(|it| &it.after_close)), (1, 0));
}

#[tokio::test]
async fn a_closed_manager_serves_nothing() {
    let labs = [lab("a"), lab("b")];
    let manager = manager(FirstHealthy, &labs).await;
    manager.close_all(Order::Reverse, SECOND).await.unwrap();
    manager.close_all(Order::Reverse, SECOND).await.unwrap();
    assert!(matches!(
        manager.call(1_u32).await,
        Err(ManagerError::None(NoneAvailable { closed: true, .. }))
    ));
    let refused = manager.init("c", made(&labs[0])).await.unwrap_err();
    assert_eq!(refused.to_string(), "`c` was refused: `labs` is closed");
    assert_eq!(labs.each_ref().map(closes), [1, 1]);
}

#[tokio::test]
async fn what_is_initialised_while_the_manager_closes_is_closed_too() {
    let late = lab("late");
    let manager = Manager::new("labs", FirstHealthy);
    late.shut();
    let mut init = Box::pin(manager.init("late", made(&late)));
    assert!(init.as_mut().now_or_never().is_none());
    manager.close_all(Order::Reverse, SECOND).await.unwrap();
    late.let_go();
    init.await.unwrap_err();
    manager.settled(SECOND).await.unwrap();
    assert_eq!(closes(&late), 1);
}

#[tokio::test]
async fn every_error_of_a_close_is_reported_in_reverse_order() {
    let labs = [lab("a"), lab("b"), lab("c"), lab("d")];
    labs[0].set(|it| &it.close_fails);
    labs[2].set(|it| &it.close_panics);
    for order in [Order::Reverse, Order::Parallel] {
        let manager = manager(FirstHealthy, &labs).await;
        let error = manager.close_all(order, SECOND).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "`c` could not be closed: it panicked: the floor gave way, `a` could not be closed: still warm"
        );
        manager
            .settled(SECOND)
            .await
            .expect("an error is reported once");
    }
    assert_eq!(labs.each_ref().map(closes), [2, 2, 2, 2]);
}

#[tokio::test]
async fn what_failed_after_a_switch_is_reported_at_the_end() {
    let old = lab("one").set(|it| &it.close_fails);
    let manager = manager(FirstHealthy, &[old]).await;
    manager.switch("one", made(&lab("one"))).await.unwrap();
    yield_now().await;
    let error = manager.close_all(Order::Reverse, SECOND).await.unwrap_err();
    assert_eq!(error.to_string(), "`one` could not be closed: still warm");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_leaves_out_who_is_late_and_closes_the_others() {
    let labs = [lab("a"), lab("b"), lab("c")];
    for order in [Order::Reverse, Order::Parallel] {
        let manager = manager(FirstHealthy, &labs).await;
        let _busy = manager.get("b").unwrap();
        let began = Instant::now();
        let error = manager.close_all(order, 5 * SECOND).await.unwrap_err();
        assert_eq!(began.elapsed(), 5 * SECOND);
        assert_eq!(error.to_string(), "`b` was not closed in time");
    }
    assert_eq!(labs.each_ref().map(closes), [2, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn who_retires_too_long_is_named() {
    let manager = manager(FirstHealthy, &[lab("a")]).await;
    let busy = manager.get("a").unwrap();
    assert!(manager.remove("a").await);
    let error = manager.settled(SECOND).await.unwrap_err();
    assert_eq!(error.to_string(), "`a` was not closed in time");
    drop(busy);
    manager.settled(SECOND).await.unwrap();
}

#[tokio::test]
async fn a_closing_goes_on_when_nobody_waits() {
    let lab = lab("one");
    let manager = manager(FirstHealthy, std::slice::from_ref(&lab)).await;
    let busy = manager.get("one").unwrap();
    let mut closing = Box::pin(manager.close_all(Order::Reverse, 60 * SECOND));
    assert!(closing.as_mut().now_or_never().is_none());
    drop(closing);
    drop(busy);
    manager.settled(SECOND).await.unwrap();
    assert_eq!(closes(&lab), 1);
}

#[tokio::test(start_paused = true)]
async fn choices_follow_the_health_that_was_found() {
    let labs = [lab("a"), lab("b"), lab("c")];
    let manager = manager(FirstHealthy, &labs).await;
    labs[0].is(Health::degraded("slow"));
    labs[1].shut();
    let chosen = || manager.select().unwrap().seat().to_owned();
    assert_eq!(chosen(), "a", "nobody was asked yet");
    let found = manager.check(SECOND).await;
    assert_eq!(found[1].1, Health::unavailable("no answer within 1s"));
    assert_eq!(manager.healths(), found);
    assert_eq!(chosen(), "c");
    labs[2].set(|it| &it.out);
    assert_eq!(chosen(), "a", "degraded is better than none");
    labs[0].set(|it| &it.out);
    let none = manager.select().unwrap_err();
    assert_eq!(
        none.to_string(),
        "none of the 3 backends of `labs` is available"
    );
    assert_eq!(manager.health().await.standing(), Standing::Degraded);
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_recovers_is_found_again() {
    let lab = lab("one");
    let manager = manager(FirstHealthy, std::slice::from_ref(&lab)).await;
    lab.is(Health::unavailable("gone"));
    let watch = manager.keep_checking(SECOND, SECOND);
    let story = async {
        sleep(SECOND / 2).await;
        assert!(!manager.is_available());
        lab.is(Health::Healthy);
        sleep(SECOND).await;
        assert!(manager.is_available());
    };
    tokio::select! {
        () = watch => unreachable!("it goes on until it is dropped"),
        () = story => {}
    }
}

#[tokio::test]
async fn a_default_can_be_changed_while_calls_go_on() {
    let labs = [lab("a"), lab("b")];
    let manager = manager(Preferred::new("b"), &labs).await;
    let chosen = || manager.select().unwrap().seat().to_owned();
    assert_eq!(chosen(), "b");
    labs[1].set(|it| &it.out);
    assert_eq!(chosen(), "a");
    manager.selector().unset();
    assert_eq!(chosen(), "a");
}

#[tokio::test]
async fn the_load_of_a_backend_is_its_calls_under_way() {
    let labs = [lab("a"), lab("b")];
    let manager = manager(LeastLoaded, &labs).await;
    labs[0].shut();
    labs[1].shut();
    let mut calls: Vec<_> = (0..10).map(|n| Box::pin(manager.call(n))).collect();
    for call in &mut calls {
        assert!(call.as_mut().now_or_never().is_none());
    }
    let loads = || {
        manager
            .roster
            .seats()
            .iter()
            .map(Candidate::load)
            .collect::<Vec<_>>()
    };
    assert_eq!(loads(), [5, 5], "of two, the less busy one is always taken");
    drop(calls);
    assert_eq!(loads(), [0, 0], "a call that is given up counts no more");
}

#[tokio::test]
async fn a_cancelled_call_is_no_error_and_leaves_no_trace() {
    let lab = lab("one");
    let manager = manager(FirstHealthy, std::slice::from_ref(&lab)).await;
    lab.shut();
    assert!(
        RequestResponse::call(&manager, 1_u32)
            .now_or_never()
            .is_none()
    );
    lab.let_go();
    manager.close_all(Order::Reverse, SECOND).await.unwrap();
    assert_eq!(closes(&lab), 1);
}
