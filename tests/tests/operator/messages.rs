//! Messages: in order, bounded, typed, and each request comes to an end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use electrician::{
    operator::{Ended, NoReply, Operator, Ran, Refused, State, Worker, answering, worker},
    stage::BoxError,
};
use tokio::time::sleep;

use super::support::{Broken, Count, LONG, SECOND, settle, took};

/// Answers with what it was sent, after so many seconds.
async fn slowly(seconds: u32) -> Result<u32, Broken> {
    sleep(seconds * SECOND).await;
    Ok(seconds)
}

#[tokio::test(start_paused = true)]
async fn messages_are_handled_in_the_order_in_which_they_came() {
    let (operator, seen) = (Operator::new(), Arc::new(Mutex::new(Vec::new())));
    let list = Arc::clone(&seen);
    let note = move |n: u32| {
        list.lock().unwrap().push(n);
        async { Ok::<_, Broken>(()) }
    };
    let notes = operator.add("notes", answering(note)).unwrap();
    operator.start("notes").unwrap();
    for n in 0..100 {
        notes.send(n).await.unwrap();
    }
    notes.request(100, SECOND).await.unwrap();
    assert!(seen.lock().unwrap().iter().copied().eq(0..=100));
    assert_eq!(operator.status("notes").unwrap().messages, 101);
}

#[tokio::test(start_paused = true)]
async fn a_full_mailbox_is_an_error_or_a_wait_as_the_caller_likes() {
    let operator = Operator::new();
    let slow = operator
        .add("slow", answering(slowly).mailbox(2).grace(LONG))
        .unwrap();
    operator.start("slow").unwrap();
    slow.send(10).await.unwrap();
    settle().await; // it is in hand
    slow.try_send(1).unwrap();
    slow.try_send(2).unwrap();
    assert_eq!(slow.queued(), 2);
    let refused = slow.try_send(3).unwrap_err();
    assert_eq!(
        refused,
        Refused::Full {
            message: 3,
            capacity: 2
        }
    );
    assert_eq!(refused.into_message(), 3);
    let full = slow.try_request(4, SECOND).await;
    assert!(matches!(full, Err(NoReply::Full(2))));
    let (sent, time) = took(slow.send(5)).await;
    sent.unwrap();
    assert!(time > 9 * SECOND && time < 10 * SECOND, "{time:?}");
    assert_eq!(operator.stop("slow").await.unwrap(), Ended::Clean);
    assert_eq!(operator.status("slow").unwrap().messages, 4);
}

#[tokio::test(start_paused = true)]
async fn all_who_wait_for_room_get_it() {
    let operator = Operator::new();
    let slow = operator.add("slow", answering(slowly).mailbox(3)).unwrap();
    operator.start("slow").unwrap();
    let asked: Vec<_> = (0..50)
        .map(|_| {
            let slow = slow.clone();
            tokio::spawn(async move { slow.request(1, LONG).await })
        })
        .collect();
    for reply in asked {
        assert_eq!(reply.await.unwrap().unwrap(), 1);
    }
}

/// A failure looked like a success without a result.
#[tokio::test(start_paused = true)]
async fn a_failed_message_is_told_to_who_asked() {
    let operator = Operator::new();
    let job = answering(async |()| Err::<(), _>(Broken));
    let fails = operator.add("fails", job).unwrap();
    operator.start("fails").unwrap();
    let Err(NoReply::Failed(error)) = fails.request((), SECOND).await else {
        panic!("it failed");
    };
    assert_eq!(
        error.downcast_ref(),
        Some(&Broken),
        "typed, as it was returned"
    );
    let status = operator.status("fails").unwrap();
    assert_eq!((status.failures, status.messages), (1, 1));
}

/// The channel for the result was neither sent to nor closed.
#[tokio::test(start_paused = true)]
async fn a_request_that_panics_is_told_so() {
    let operator = Operator::new();
    let job = answering(async |n: u32| {
        assert!(n != 13, "unlucky");
        Ok::<_, Broken>(n)
    });
    let panics = operator.add("panics", job).unwrap();
    operator.start("panics").unwrap();
    let Err(NoReply::Panicked(message)) = panics.request(13, SECOND).await else {
        panic!("it panicked");
    };
    assert_eq!(message, "unlucky");
    assert_eq!(operator.status("panics").unwrap().panics, 1);
    let (reply, _) = took(panics.request(14, LONG)).await;
    assert_eq!(reply.unwrap(), 14, "it was restarted");
    assert_eq!(operator.status("panics").unwrap().restarts, 1);
}

/// Messages that waited at a stop were stranded, and whoever had asked waited for ever.
#[tokio::test(start_paused = true)]
async fn a_stop_leaves_no_message_without_an_answer() {
    let operator = Operator::new();
    let slow = operator.add("slow", answering(slowly).mailbox(2)).unwrap();
    operator.start("slow").unwrap();
    let asked: Vec<_> = (0..5)
        .map(|_| {
            let slow = slow.clone();
            tokio::spawn(async move { slow.request(60, LONG).await })
        })
        .collect();
    settle().await; // one is in hand, two are in the mailbox, two wait for room
    assert_eq!(operator.stop("slow").await.unwrap(), Ended::CutOff);
    let (replies, time) = took(async {
        for reply in asked {
            assert!(matches!(reply.await.unwrap(), Err(NoReply::Stopped)));
        }
    })
    .await;
    assert_eq!((replies, time), ((), Duration::ZERO));
    assert_eq!(
        operator.status("slow").unwrap().dropped,
        3,
        "that many were accepted"
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_in_the_mailbox_is_handled_within_the_grace() {
    let operator = Operator::new();
    let job = answering(slowly).grace(100 * SECOND);
    let slow = operator.add("slow", job).unwrap();
    operator.start("slow").unwrap();
    for _ in 0..4 {
        slow.send(30).await.unwrap();
    }
    let (ended, time) = took(operator.stop("slow")).await;
    assert_eq!(ended.unwrap(), Ended::CutOff);
    assert!(time < 101 * SECOND, "{time:?}");
    let status = operator.status("slow").unwrap();
    assert_eq!((status.messages, status.dropped), (3, 1));
}

/// A stopped worker accepted messages while there was room, and nobody ever took them.
#[tokio::test(start_paused = true)]
async fn a_worker_that_does_not_run_gives_the_message_back() {
    let operator = Operator::new();
    let echo = operator.add("echo", answering(slowly)).unwrap();
    assert_eq!(echo.try_send(1), Err(Refused::Stopped(1)));
    assert_eq!(echo.send(2).await, Err(Refused::Stopped(2)));
    assert!(matches!(echo.request(3, LONG).await, Err(NoReply::Stopped)));

    operator.start("echo").unwrap();
    assert_eq!(
        echo.request(0, SECOND).await.unwrap(),
        0,
        "a handle outlives restarts"
    );
    operator.remove("echo").await.unwrap();
    assert_eq!(echo.try_send(4), Err(Refused::Stopped(4)));
}

#[tokio::test(start_paused = true)]
async fn a_request_ends_at_its_deadline_and_is_not_begun_after_it() {
    let (operator, count) = (Operator::new(), Count::default());
    let counted = count.clone();
    let job = answering(move |seconds: u32| {
        counted.add();
        slowly(seconds)
    });
    let slow = operator.add("slow", job).unwrap();
    operator.start("slow").unwrap();
    slow.send(60).await.unwrap();
    let (reply, time) = took(slow.request(1, SECOND)).await;
    assert!(matches!(reply, Err(NoReply::TimedOut(limit)) if limit == SECOND));
    assert!(time < 2 * SECOND);
    sleep(100 * SECOND).await;
    assert_eq!(count.get(), 1, "nobody waited for the second");
}

#[tokio::test(start_paused = true)]
async fn messages_wait_while_a_worker_is_restarted() {
    let operator = Operator::new();
    let job = answering(async |n: u32| {
        assert!(n > 0);
        Ok::<_, Broken>(n)
    });
    let picky = operator.add("picky", job).unwrap();
    operator.start("picky").unwrap();
    picky.send(0).await.unwrap();
    assert_eq!(picky.request(1, LONG).await.unwrap(), 1);
}

/// Runs each second, and counts; is asked for the count.
struct Counter(u64);

impl Worker for Counter {
    type Message = ();
    type Reply = u64;

    async fn run(&mut self) -> Ran {
        self.0 += 1;
        Ran::Idle(SECOND)
    }

    async fn receive(&mut self, (): ()) -> Result<u64, BoxError> {
        Ok(self.0)
    }
}

/// A message that woke an idle worker made it forget how long it was to idle.
#[tokio::test(start_paused = true)]
async fn messages_are_answered_at_once_and_do_not_change_when_the_next_run_is() {
    let operator = Operator::new();
    let counter = operator.add("counter", worker(|| Counter(0))).unwrap();
    operator.start("counter").unwrap();
    let mut last = 0;
    for _ in 0..100 {
        sleep(SECOND / 10).await;
        let (reply, time) = took(counter.request((), SECOND)).await;
        assert_eq!(time, Duration::ZERO);
        last = reply.unwrap();
    }
    assert!((10..=11).contains(&last), "{last} runs in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn state_is_made_anew_at_each_start() {
    let operator = Operator::new();
    let counter = operator.add("counter", worker(|| Counter(0))).unwrap();
    for _ in 0..2 {
        operator.start("counter").unwrap();
        sleep(SECOND * 5 / 2).await;
        assert_eq!(counter.request((), SECOND).await.unwrap(), 3);
        operator.stop("counter").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_asks_another_by_its_typed_handle() {
    let operator = Operator::new();
    let double = operator
        .add("double", answering(async |n: u64| Ok::<_, Broken>(2 * n)))
        .unwrap();
    let quadruple = operator
        .add(
            "quadruple",
            answering(move |n: u64| {
                let double = double.clone();
                async move {
                    let twice = double.request(n, SECOND).await?;
                    double.request(twice, SECOND).await
                }
            }),
        )
        .unwrap();
    assert!(operator.start_all().is_empty());
    assert_eq!(quadruple.request(5, SECOND).await.unwrap(), 20);
    operator.stop("double").await.unwrap();
    let Err(NoReply::Failed(error)) = quadruple.request(5, SECOND).await else {
        panic!("it cannot ask");
    };
    assert!(matches!(error.downcast_ref(), Some(NoReply::Stopped)));
}

/// Sending while a worker was stopped sent on a closed channel, and panicked in the sender.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_request_resolves_beside_starts_and_stops() {
    let operator = Arc::new(Operator::new());
    let echo = operator
        .add(
            "echo",
            answering(async |n: u32| Ok::<_, Broken>(n)).mailbox(4),
        )
        .unwrap();
    let mut events = operator.events(1);
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let echo = echo.clone();
            tokio::spawn(async move {
                let (mut replies, mut stopped) = (0, 0);
                for n in 0..500 {
                    match echo.request(n, LONG).await {
                        Ok(reply) => {
                            assert_eq!(reply, n);
                            replies += 1;
                        }
                        Err(NoReply::Stopped) => stopped += 1,
                        Err(other) => panic!("{other}"),
                    }
                    tokio::task::yield_now().await;
                }
                replies + stopped
            })
        })
        .collect();
    for _ in 0..100 {
        operator.start("echo").unwrap();
        tokio::task::yield_now().await;
        operator.stop("echo").await.unwrap();
    }
    operator.start("echo").unwrap();
    for resolved in asking {
        assert_eq!(resolved.await.unwrap(), 500);
    }
    assert!(futures_util::StreamExt::next(&mut events).await.is_some());
}

/// New options meant a new channel: messages in the old one vanished, and the change raced with those who sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_replaced_leaves_no_request_open() {
    let operator = Operator::new();
    let add = |capacity| {
        let job = answering(async |n: u32| Ok::<_, Broken>(n)).mailbox(capacity);
        let echo = operator.add("echo", job).unwrap();
        operator.start("echo").unwrap();
        echo
    };
    let mut asking = Vec::new();
    for capacity in 1..50 {
        let echo = add(capacity);
        for n in 0..8 {
            let echo = echo.clone();
            asking.push(tokio::spawn(async move { echo.request(n, LONG).await }));
        }
        tokio::task::yield_now().await;
        operator.remove("echo").await.unwrap();
    }
    for reply in asking {
        assert!(matches!(
            reply.await.unwrap(),
            Ok(_) | Err(NoReply::Stopped)
        ));
    }
}

/// What panics while it is dropped, after a panic of its own.
struct Brittle;

impl Worker for Brittle {
    type Message = ();
    type Reply = ();

    const RUNS: bool = false;

    async fn receive(&mut self, (): ()) -> Result<(), BoxError> {
        panic!("a crack")
    }
}

impl Drop for Brittle {
    fn drop(&mut self) {
        assert!(std::thread::panicking(), "and it breaks");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_panics_while_it_is_dropped_leaves_no_request_open() {
    let operator = Operator::new();
    let brittle = operator.add("brittle", worker(|| Brittle)).unwrap();
    operator.start("brittle").unwrap();
    let asked = (0..3).map(|_| brittle.request((), LONG));
    let replies = futures_util::future::join_all(asked).await;
    assert!(matches!(&replies[0], Err(NoReply::Panicked(said)) if said == "a crack"));
    assert!(
        replies[1..]
            .iter()
            .all(|reply| matches!(reply, Err(NoReply::Stopped)))
    );
    let status = operator.status("brittle").unwrap();
    assert_eq!((status.state, status.dropped), (State::Failed, 2));
}

/// What was in hand when its runtime ended was counted nowhere.
#[test]
fn a_runtime_that_ends_leaves_no_request_open() {
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
    };
    let (workers, askers) = (runtime(), runtime());
    let operator = Operator::new();
    let slow = operator.add("slow", answering(slowly)).unwrap();
    workers.block_on(async {
        operator.start("slow").unwrap();
        slow.try_send(60).unwrap();
        settle().await; // that one is in hand
    });
    askers.block_on(async {
        let asked = slow.request(1, LONG);
        let ends = async { workers.shutdown_background() };
        let (reply, ()) = tokio::join!(asked, ends);
        assert!(matches!(reply, Err(NoReply::Stopped)));
    });
    assert_eq!(operator.status("slow").unwrap().dropped, 2);
}
