//! A guard around each pattern.

use super::lab::{Broken, lab};
use crate::{
    provider::{Combine, Duplex, ProtectedError, RequestResponse, RequestStream, SendHalf},
    resilience::{Breaker, BreakerState, CircuitBreaker},
};
use futures_util::{FutureExt, StreamExt};

/// Opens at the first failure.
fn fragile() -> CircuitBreaker {
    CircuitBreaker::new(Breaker::default().consecutive(1))
}

fn is_open(breaker: &CircuitBreaker) -> bool {
    breaker.snapshot().state == BreakerState::Open
}

#[tokio::test]
async fn an_open_breaker_spares_the_backend_on_every_pattern() {
    let (lab, breaker) = (lab("one"), fragile());
    let guarded = lab.clone().protected(breaker.clone());
    assert_eq!(guarded.call(4_u32).await, Ok(8));
    lab.set(|it| &it.fails);
    assert_eq!(
        guarded.call(4_u32).await,
        Err(ProtectedError::Backend(Broken("out of paper")))
    );
    assert!(is_open(&breaker));
    assert!(matches!(
        guarded.call(4_u32).await,
        Err(ProtectedError::Refused(_))
    ));
    assert!(guarded.call(String::new()).await.is_err());
    assert!(guarded.open(1_u32).await.is_err());
    assert!(guarded.connect().await.is_err());
    assert_eq!(lab.count(|it| &it.calls), 2);
}

#[tokio::test]
async fn a_cancelled_call_is_no_failure() {
    let (lab, breaker) = (lab("one"), fragile());
    let guarded = lab.clone().protected(breaker.clone());
    lab.shut();
    for _ in 0..10 {
        assert!(guarded.call(1_u32).now_or_never().is_none());
    }
    lab.let_go();
    assert_eq!(guarded.call(1_u32).await, Ok(2));
    assert_eq!(breaker.snapshot().calls, 1);
}

#[tokio::test]
async fn an_error_in_a_stream_is_recorded() {
    let breaker = fragile();
    let guarded = lab("one").protected(breaker.clone());
    let mut stream = guarded.open(12_u32).await.unwrap();
    for _ in 0..9 {
        assert!(stream.next().await.unwrap().is_ok());
    }
    assert!(!is_open(&breaker));
    let knot = stream.next().await.unwrap();
    assert_eq!(knot, Err(ProtectedError::Backend(Broken("a knot"))));
    assert!(is_open(&breaker));
    assert_eq!(stream.count().await, 2, "the stream goes on as it would");
}

#[tokio::test]
async fn a_streams_permit_is_kept_until_it_ends() {
    let breaker = CircuitBreaker::new(Breaker::default().consecutive(1).probes(1));
    let guarded = lab("one").protected(breaker.clone());
    breaker.force_open();
    breaker.auto();
    let stream = guarded.open(2_u32).await.unwrap();
    assert!(
        guarded.open(2_u32).await.is_err(),
        "the one probe is under way"
    );
    assert_eq!(stream.count().await, 2);
    assert_eq!(breaker.snapshot().state, BreakerState::Closed);
}

#[tokio::test]
async fn a_conversation_is_recorded_on_both_sides() {
    let breaker = fragile();
    let guarded = lab("one").protected(breaker.clone());
    let (mut sender, receiver) = guarded.connect().await.unwrap();
    sender.send(1).await.unwrap();
    sender.finish().await.unwrap();
    assert_eq!(receiver.map(Result::unwrap).collect::<Vec<_>>().await, [1]);
    assert_eq!(breaker.snapshot().calls, 1);

    let (mut sender, receiver) = guarded.connect().await.unwrap();
    drop(receiver);
    sender.send(1).await.unwrap_err();
    assert!(is_open(&breaker));
}
