use super::*;
use crate::provider::tests::lab::{Broken, Lab, lab};
use futures_util::{FutureExt, StreamExt};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use tokio::time::{advance, sleep};

const SECOND: Duration = Duration::from_secs(1);

/// Makes these backends, one after the other, and `Broken` once there are no more.
fn connector(labs: &[Lab]) -> (Connector<Lab>, Arc<AtomicUsize>) {
    let (labs, dials) = (labs.to_vec(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&dials);
    let make = move || {
        let lab = labs.get(count.fetch_add(1, SeqCst)).cloned();
        async move { lab.ok_or(Broken("connection refused")) }
    };
    let backoff = Backoff::constant(SECOND).jitter(crate::resilience::Jitter::None);
    (Connector::new("line", make).backoff(backoff), dials)
}

#[tokio::test(start_paused = true)]
async fn many_first_calls_make_one_backend() {
    let one = lab("one");
    let (connector, made) = connector(std::slice::from_ref(&one));
    one.shut();
    let calls = (0..16).map(|n| connector.call(n));
    let (answers, ()) = tokio::join!(futures_util::future::join_all(calls), async {
        tokio::task::yield_now().await;
        assert!(!connector.is_connected() && connector.is_available());
        one.let_go();
    });
    assert!(answers.into_iter().all(|answer| answer.is_ok()));
    assert_eq!((made.load(SeqCst), one.count(|it| &it.inits)), (1, 1));
    assert!(connector.is_connected());
}

/// A backend that was down used to be dialled by each call anew.
#[tokio::test(start_paused = true)]
async fn a_backend_that_cannot_be_made_is_not_stormed() {
    let (connector, made) = connector(&[]);
    for _ in 0..100 {
        let error = connector.call(1_u32).await.unwrap_err();
        let ConnectorError::NotConnected(refused) = &error else {
            panic!("{error}");
        };
        assert!(refused.until.is_some_and(|until| until > Instant::now()));
        assert_eq!(
            error.to_string(),
            "`line` is not connected: connection refused"
        );
    }
    assert_eq!(made.load(SeqCst), 1);
    assert!(!connector.is_available());
    assert_eq!(
        connector.health().await,
        Health::unavailable("`line` is not connected: connection refused")
    );
    advance(SECOND).await;
    assert!(connector.is_available());
    connector.call(1_u32).await.unwrap_err();
    assert_eq!(made.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_cannot_be_initialised_is_tried_again_later() {
    let one = lab("one").set(|it| &it.init_fails);
    let (connector, _) = connector(&[one.clone(), one.clone()]);
    let said = connector.call(1_u32).await.unwrap_err().to_string();
    assert_eq!(said, "`line` is not connected: no connection");
    sleep(SECOND).await;
    assert_eq!(connector.call(1_u32).await.unwrap(), 2);
    assert_eq!(
        one.count(|it| &it.closes),
        0,
        "what was never made ready is not closed"
    );
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_is_lost_is_made_again_and_closed_under_no_call() {
    let (one, two) = (lab("one"), lab("two"));
    let (connector, _) = connector(&[one.clone(), two.clone()]);
    connector.init().await.unwrap();
    sleep(SECOND).await;
    one.shut();
    let (first, ()) = tokio::join!(connector.call(1_u32), async {
        tokio::task::yield_now().await;
        one.set(|it| &it.out);
        assert!(!connector.is_connected());
        assert_eq!(connector.call(2_u32).await.unwrap(), 4);
        assert_eq!(
            (two.count(|it| &it.calls), one.count(|it| &it.closes)),
            (1, 0)
        );
        one.let_go();
    });
    assert_eq!(first.unwrap(), 2);
    connector.close_within(SECOND).await.unwrap();
    for lab in [one, two] {
        assert_eq!(
            (lab.count(|it| &it.closes), lab.count(|it| &it.after_close)),
            (1, 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_backend_that_is_there_can_be_lost() {
    let (connector, made) = connector(&[lab("one"), lab("two")]);
    let one = connector.get().await.unwrap();
    sleep(SECOND).await;
    connector.lost(&one);
    let two = connector.get().await.unwrap();
    connector.lost(&one);
    assert!(connector.get().await.unwrap().is(&two));
    assert_eq!(made.load(SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_lost_at_once_is_not_stormed_either() {
    let lost = lab("one").set(|it| &it.out);
    let (connector, made) = connector(&vec![lost; 100]);
    for _ in 0..10 {
        let _ = connector.call(1_u32).await;
    }
    assert_eq!(made.load(SeqCst), 1);
    let said = connector.call(1_u32).await.unwrap_err().to_string();
    assert_eq!(said, "`line` is not connected: the connection was lost");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_makes_way_for_the_next() {
    let (hangs, one) = (lab("hangs"), lab("one"));
    let (connector, _) = connector(&[hangs.clone(), one]);
    hangs.shut();
    assert!(connector.call(1_u32).now_or_never().is_none());
    assert_eq!(connector.call(1_u32).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_too_long_is_given_up() {
    let hangs = lab("hangs");
    hangs.shut();
    let (connector, _) = connector(&[hangs]);
    let connector = connector.limit(SECOND);
    let (began, error) = (Instant::now(), connector.call(1_u32).await.unwrap_err());
    assert_eq!(
        error.to_string(),
        "`line` is not connected: not made within 1s"
    );
    assert_eq!(began.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_closed_connector_makes_nothing_and_leaves_nothing_open() {
    let (one, late) = (lab("one"), lab("late"));
    let (connector, made) = connector(&[late.clone(), one]);
    late.shut();
    let (refused, ()) = tokio::join!(connector.call(1_u32), async {
        tokio::task::yield_now().await;
        connector.close_within(SECOND).await.unwrap();
        late.let_go();
    });
    assert_eq!(refused.unwrap_err().to_string(), "`line` is closed");
    connector.close_within(SECOND).await.unwrap();
    assert_eq!(late.count(|it| &it.closes), 1);
    assert_eq!(
        connector.call(1_u32).await.unwrap_err().to_string(),
        "`line` is closed"
    );
    assert_eq!(made.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_opened_keeps_its_backend() {
    let one = lab("one");
    let (connector, _) = connector(std::slice::from_ref(&one));
    let mut stream = connector.open(3_u32).await.unwrap();
    let halves: (_, _) = Duplex::<u32>::connect(&connector).await.unwrap();
    assert_eq!(connector.metadata(), one.metadata());
    let closing = connector.close_within(SECOND).await.unwrap_err();
    assert_eq!(closing.to_string(), "`line` was not closed in time");
    assert_eq!(stream.next().await.unwrap().unwrap(), 1);
    drop((stream, halves));
    assert_eq!(one.count(|it| &it.after_close), 0);
}
