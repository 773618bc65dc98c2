//! The whole chain around each pattern.

use super::lab::{Broken, Lab, lab};
use crate::{
    provider::{Combine, Duplex, RequestResponse, RequestStream, SendHalf, Sink, from_fn},
    resilience::{
        Backoff, Breaker, Bulkhead, Chain, CircuitBreaker, Concurrency, Jitter, Layer, Lease,
        RateLimit, RateLimiter, Retry, Retrying, Seat,
        chain::{Guarded, Idempotent},
    },
    value::Rate,
};
use futures_util::{FutureExt, StreamExt};
use std::time::Duration;
use tokio::time::{Instant, sleep};

const MS: Duration = Duration::from_millis(1);

/// What the chains of a test share: ten tokens for the next hour, one place, a breaker that is patient.
struct Shared {
    limiter: RateLimiter,
    bulkhead: Bulkhead,
    breaker: CircuitBreaker,
}

impl Shared {
    fn new() -> Self {
        let rate = Rate::new(1, Duration::from_hours(1));
        Self {
            limiter: RateLimiter::new(RateLimit::new(rate).burst(10).waiters(0)),
            bulkhead: Bulkhead::new(Concurrency::from(1).waiters(0)),
            breaker: CircuitBreaker::new(Breaker::default().consecutive(5)),
        }
    }

    fn once(&self) -> Chain<Lease, Seat, Guarded> {
        Chain::new()
            .deadline(MS * 100)
            .rate_limit(self.limiter.lease())
            .bulkhead(self.bulkhead.seat())
            .breaker(&self.breaker)
            .timeout(MS * 20)
    }

    fn again(&self) -> Chain<Lease, Seat, Guarded, Retrying, (), (), Idempotent> {
        let backoff = Backoff::constant(MS * 10).jitter(Jitter::None);
        let retry = Retry::up_to(3).backoff(backoff);
        self.once().idempotent().retry(retry)
    }

    fn free(&self) -> u32 {
        self.limiter.snapshot().free
    }

    fn running(&self) -> u32 {
        self.bulkhead.snapshot().running
    }

    /// Calls and failures.
    fn booked(&self) -> (u64, u64) {
        let snapshot = self.breaker.snapshot();
        (snapshot.calls, snapshot.failures)
    }
}

fn calls(lab: &Lab) -> usize {
    lab.count(|it| &it.calls)
}

/// An open breaker used to be asked after the limiter: what it refused had burnt a token each.
#[tokio::test(start_paused = true)]
async fn an_open_breaker_burns_no_token_on_any_pattern() {
    let (lab, shared) = (lab("one"), Shared::new());
    let again = lab.clone().protected(shared.again());
    let once = lab.clone().protected(shared.once());
    shared.breaker.trip();
    let refusals = [
        again.call(1_u32).await.unwrap_err().refusal(),
        again.send(String::new()).await.unwrap_err().refusal(),
        again.open(1_u32).await.err().unwrap().refusal(),
        Duplex::<u32>::connect(&once).await.err().unwrap().refusal(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.unwrap().layer, Layer::Breaker);
    }
    assert_eq!((calls(&lab), shared.free(), shared.running()), (0, 10, 0));
}

/// Retries used to pass the limiter by, and to hold the place while nothing ran.
#[tokio::test(start_paused = true)]
async fn each_attempt_takes_a_token_and_no_place_is_held_between_them() {
    let (lab, shared) = (lab("one").set(|it| &it.fails), Shared::new());
    let again = lab.clone().protected(shared.again());
    let failing = tokio::spawn(async move { again.call(1_u32).await });
    sleep(MS * 5).await;
    assert_eq!((calls(&lab), shared.running()), (1, 0), "it waits");
    let error = failing.await.unwrap().unwrap_err();
    assert_eq!(
        (error.attempts, error.error()),
        (3, Some(&Broken("out of paper")))
    );
    assert_eq!((shared.free(), shared.booked()), (7, (3, 3)));
}

/// Giving a call up used to look like a timeout of the backend, and was tried again.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_is_not_tried_again_and_is_no_failure() {
    let (lab, shared) = (lab("one"), Shared::new());
    let whole = lab.clone().protected(shared.again());
    let bare = lab.clone().protected(Chain::new().breaker(&shared.breaker));
    lab.shut();
    for _ in 0..3 {
        assert!(whole.call(1_u32).now_or_never().is_none());
        assert!(bare.call(1_u32).now_or_never().is_none());
    }
    sleep(MS * 500).await;
    assert_eq!(
        (calls(&lab), shared.booked(), shared.running()),
        (6, (0, 0), 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_hangs_is_tried_again_within_the_deadline() {
    let (lab, shared) = (lab("one"), Shared::new());
    let again = lab.clone().protected(shared.again());
    lab.shut();
    let began = Instant::now();
    let error = again.call(1_u32).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((began.elapsed(), error.attempts), (MS * 80, 3));
    assert_eq!(shared.booked(), (3, 3));
}

/// Only the opening used to be protected: the place was free again while the stream was still read.
#[tokio::test(start_paused = true)]
async fn a_stream_keeps_its_place_until_it_ends_or_is_dropped() {
    let shared = Shared::new();
    let again = lab("one").protected(shared.again());
    let mut whole = again.open(3_u32).await.unwrap();
    for _ in 0..3 {
        whole.next().await.unwrap().unwrap();
        assert_eq!(shared.running(), 1);
        let refusal = again.open(3_u32).await.err().unwrap().refusal();
        assert_eq!(refusal.unwrap().layer, Layer::Bulkhead);
    }
    assert!(whole.next().await.is_none());
    assert_eq!((shared.running(), shared.booked()), (0, (1, 0)));

    let broken_off = again.open(3_u32).await.unwrap();
    drop(broken_off);
    assert_eq!((shared.running(), shared.booked()), (0, (1, 0)));
    assert_eq!(shared.free(), 8);
}

/// Errors after the opening used to be seen by nobody.
#[tokio::test(start_paused = true)]
async fn an_error_in_a_stream_is_recorded_once_and_costs_no_attempt() {
    let (lab, shared) = (lab("one"), Shared::new());
    let again = lab.clone().protected(shared.again());
    let items: Vec<_> = again.open(21_u32).await.unwrap().collect().await;
    let knots: Vec<_> = items
        .iter()
        .filter_map(|item| item.as_ref().err())
        .collect();
    assert_eq!((items.len(), knots.len()), (21, 2));
    assert_eq!(knots[0].error(), Some(&Broken("a knot")));
    assert_eq!((calls(&lab), shared.booked()), (1, (1, 1)));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_opened_once_and_keeps_its_place_until_both_sides_are_done() {
    let (lab, shared) = (lab("one"), Shared::new());
    let once = lab.clone().protected(shared.once());
    let (mut sender, mut receiver) = once.connect().await.unwrap();
    sender.send(1_u32).await.unwrap();
    assert_eq!(receiver.next().await.unwrap().unwrap(), 1);
    assert_eq!(shared.running(), 1);
    drop(receiver);
    assert_eq!(shared.running(), 1, "one side may still send");
    sender.send(2).await.unwrap_err();
    assert_eq!(shared.booked(), (1, 1));
    drop(sender);
    assert_eq!(shared.running(), 0);

    lab.set(|it| &it.fails);
    assert_eq!(
        Duplex::<u32>::connect(&once).await.err().unwrap().attempts,
        1
    );
}

#[tokio::test]
async fn a_request_is_cloned_only_where_it_may_be_made_again() {
    struct Parcel(u32);
    let weigh = from_fn("scales", async |parcel: Parcel| Ok::<_, Broken>(parcel.0));
    let shared = Shared::new();
    let weigh = weigh.protected(shared.once());
    let weighing = tokio::spawn(async move { weigh.call(Parcel(7)).await });
    assert_eq!(weighing.await.unwrap().unwrap(), 7);
}
