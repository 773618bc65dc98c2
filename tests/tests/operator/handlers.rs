//! `#[handler]` functions as workers: by value and by reference, one or none, sync and async, with arguments.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use electrician::{
    handler,
    operator::{NoReply, Operator, handling},
};

use super::support::{Broken, LONG, SECOND};

#[handler]
fn double(n: u64) -> u64 {
    2 * n
}

#[handler]
async fn even(n: &u64) -> Result<Option<u64>, Broken> {
    tokio::task::yield_now().await;
    match *n {
        13 => Err(Broken),
        n => Ok(n.is_multiple_of(2).then_some(n)),
    }
}

#[handler]
fn add(n: u64, sum: &AtomicU64, step: u64, calls: &mut u64) {
    *calls += 1;
    sum.fetch_add(n + step + *calls, Relaxed);
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_a_pipeline_answers_messages() {
    let operator = Operator::new();
    let doubles = operator.add("double", handling(double {}, ())).unwrap();
    let evens = operator.add("even", handling(even {}, ())).unwrap();
    assert!(operator.start_all().is_empty());
    assert_eq!(doubles.request(4, SECOND).await.unwrap(), Some(8));
    assert_eq!(evens.request(4, SECOND).await.unwrap(), Some(4));
    assert_eq!(evens.request(5, SECOND).await.unwrap(), None);
    assert!(matches!(
        evens.request(13, SECOND).await,
        Err(NoReply::Failed(_))
    ));
}

#[tokio::test(start_paused = true)]
async fn its_arguments_are_shared_cloned_and_its_own() {
    let (operator, sum) = (Operator::new(), Arc::new(AtomicU64::new(0)));
    let job = handling(add {}, (Arc::clone(&sum), 10, 100));
    let adds = operator.add("add", job).unwrap();
    for _ in 0..2 {
        operator.start("add").unwrap();
        for n in [1, 2] {
            assert!(adds.request(n, LONG).await.unwrap().is_none());
        }
        operator.stop("add").await.unwrap();
    }
    let once = (1 + 10 + 101) + (2 + 10 + 102);
    assert_eq!(sum.load(Relaxed), 2 * once, "what is its own begins anew");
}
