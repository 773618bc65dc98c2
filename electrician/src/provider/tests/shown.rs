//! What is wrapped shows through, whatever stands around it, and every pattern is there in every form.

use super::lab::{Broken, Lab, lab};
use crate::provider::{
    Combine, Duplex, DynDuplex, DynRequestResponse, DynRequestStream, DynSink, FanOut,
    FirstHealthy, Health, Manager, MemoryStore, Provider, RequestResponse, RequestStream, Seen,
    SendHalf, Sink,
};
use crate::resilience::{Breaker, Chain, CircuitBreaker};
use futures_util::StreamExt;
use std::{num::NonZeroUsize, sync::Arc};

const TWO: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// Everything that a backend says comes out of what was built around it.
async fn shows<P: Provider>(lab: &Lab, wrapped: P) {
    let what = std::any::type_name::<P>();
    let (inits, closes) = (lab.count(|it| &it.inits), lab.count(|it| &it.closes));
    assert_eq!(wrapped.name(), lab.name(), "{what}");
    assert_eq!(wrapped.metadata(), lab.metadata(), "{what}");
    for out in [false, true] {
        lab.out.store(out, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(wrapped.is_available(), !out, "{what}");
    }
    for health in [Health::degraded("slow"), Health::Healthy] {
        lab.is(health.clone());
        assert_eq!(wrapped.health().await, health, "{what}");
    }
    lab.set(|it| &it.init_fails);
    let failed = wrapped.init().await.unwrap_err();
    assert_eq!(failed.to_string(), "no connection", "{what}");
    assert!(wrapped.init().await.is_ok() && wrapped.close().await.is_ok());
    assert_eq!(lab.count(|it| &it.inits), inits + 2, "{what}");
    assert_eq!(lab.count(|it| &it.closes), closes + 1, "{what}");
}

#[tokio::test]
async fn every_wrapper_shows_what_its_backend_says() {
    let lab = lab("inner");
    let it = || lab.clone();
    shows(&lab, it()).await;
    shows(&lab, Arc::new(it())).await;
    shows(
        &lab,
        it().adapt(|n: u32| Ok::<u32, Broken>(n), |n: u32| Ok::<u32, Broken>(n)),
    )
    .await;
    shows(&lab, it().map_error(|error: Broken| error.0)).await;
    shows(&lab, it().tap(|_: &u32| {})).await;
    let breaker = CircuitBreaker::new(Breaker::default());
    shows(&lab, it().protected(breaker)).await;
    shows(&lab, it().protected(Chain::new())).await;
    shows(&lab, it().observed(|_: &Seen<'_>| {})).await;
    shows(&lab, it().traced()).await;
    shows(
        &lab,
        it().windowed(TWO, async |window: Vec<u32>| Ok::<_, Broken>(window)),
    )
    .await;
    let store = MemoryStore::<u32, u32>::new(1);
    shows(
        &lab,
        it().stateful(
            store,
            |n: &u32| *n,
            |n: u32, _: Option<u32>| n,
            |_: &u32| None::<u32>,
        ),
    )
    .await;
    let response: DynRequestResponse<u32, u32, Broken> = Arc::new(it());
    shows(&lab, response).await;
    let sink: DynSink<String, Broken> = Arc::new(it());
    shows(&lab, sink).await;
    let stream: DynRequestStream<u32, u32, Broken> = Arc::new(it());
    shows(&lab, stream).await;
    let duplex: DynDuplex<u32, u32, Broken> = Arc::new(it());
    shows(&lab, duplex).await;
    let pile: DynRequestResponse<u32, u32, &'static str> = Arc::new(
        Arc::new(it())
            .tap(|_: &u32| {})
            .map_error(|error: Broken| error.0),
    );
    shows(&lab, pile).await;
}

/// One of each pattern, as it is.
async fn answers(backend: &impl RequestResponse<u32, Response = u32, Error: std::fmt::Debug>) {
    assert_eq!(backend.call(21).await.unwrap(), 42);
}

async fn takes(backend: &impl Sink<String, Error: std::fmt::Debug>) {
    backend.send("line".into()).await.unwrap();
}

async fn streams(backend: &impl RequestStream<u32, Item = u32, Error: std::fmt::Debug>) {
    let stream = backend.open(12).await.unwrap();
    let items: Vec<_> = stream.map(Result::ok).collect().await;
    let expected = (1..=12).map(|n| (n != 10).then_some(n));
    assert!(items.into_iter().eq(expected));
}

async fn converses(backend: &impl Duplex<u32, Item = u32, Error: std::fmt::Debug>) {
    let (mut sender, receiver) = backend.connect().await.unwrap();
    for n in 0..3 {
        sender.send(n).await.unwrap();
    }
    sender.finish().await.unwrap();
    let items: Vec<_> = receiver.map(Result::unwrap).collect().await;
    assert_eq!(items, [0, 1, 2]);
}

#[tokio::test]
async fn every_pattern_can_be_erased_watched_and_managed() {
    let lab = lab("all");
    let response: DynRequestResponse<u32, u32, Broken> = Arc::new(lab.clone());
    let sink: DynSink<String, Broken> = Arc::new(lab.clone());
    let stream: DynRequestStream<u32, u32, Broken> = Arc::new(lab.clone());
    let duplex: DynDuplex<u32, u32, Broken> = Arc::new(lab.clone());
    answers(&response).await;
    takes(&sink).await;
    streams(&stream).await;
    converses(&duplex).await;

    let (seen, count) = tokio::sync::watch::channel(0);
    let watched = lab
        .clone()
        .tap(move |_: &u32| seen.send_modify(|n| *n += 1));
    answers(&watched).await;
    streams(&watched).await;
    converses(&watched).await;
    assert_eq!(*count.borrow(), 5);

    let manager = Manager::new("labs", FirstHealthy);
    manager
        .init("all", || Ok::<_, Broken>(lab.clone()))
        .await
        .unwrap();
    answers(&manager).await;
    takes(&manager).await;
    streams(&manager).await;
    converses(&manager).await;

    let adapted = lab.clone().adapt(Ok::<u32, Broken>, Ok::<u32, Broken>);
    answers(&adapted).await;
    streams(&adapted).await;
    converses(&adapted).await;
    let mapped = lab.clone().map_error(|error: Broken| error.0);
    answers(&mapped).await;
    streams(&mapped).await;
    converses(&mapped).await;
    let traced = lab.traced();
    answers(&traced).await;
    takes(&traced).await;
    streams(&traced).await;
    converses(&traced).await;
}

#[tokio::test]
async fn a_group_is_as_well_as_enough_of_its_members() {
    let labs = [lab("a"), lab("b"), lab("c")];
    let all = FanOut::all("all", labs.clone());
    let two = FanOut::quorum("two", 2, labs.clone()).unwrap();
    let first = FanOut::first("first", labs.clone());
    let available = || [all.is_available(), two.is_available(), first.is_available()];
    assert_eq!(available(), [true, true, true]);
    labs[0].set(|it| &it.out);
    assert_eq!(available(), [false, true, true]);
    labs[1].set(|it| &it.out);
    assert_eq!(available(), [false, false, true]);
    labs[2].set(|it| &it.out);
    assert_eq!(available(), [false, false, false]);

    labs[2].is(Health::unavailable("gone"));
    assert_eq!(
        all.health().await,
        Health::unavailable("`c` is unavailable: gone")
    );
    assert_eq!(
        two.health().await,
        Health::degraded("`c` is unavailable: gone")
    );
}

#[tokio::test]
async fn a_group_is_initialised_whole_or_not_at_all() {
    let labs = [lab("a"), lab("b"), lab("c")];
    labs[1].set(|it| &it.init_fails);
    let group = FanOut::all("group", labs.clone());
    assert_eq!(
        group.init().await.unwrap_err().to_string(),
        "`b`: no connection"
    );
    assert_eq!(
        labs.each_ref().map(|lab| lab.count(|it| &it.closes)),
        [1, 0, 1]
    );
    group.init().await.unwrap();
    labs[0].set(|it| &it.close_fails);
    labs[2].set(|it| &it.close_fails);
    let said = group.close().await.unwrap_err().to_string();
    assert_eq!(
        said,
        "`c` could not be closed: still warm, `a` could not be closed: still warm"
    );
}
