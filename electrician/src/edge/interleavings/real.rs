//! Real threads in place of those of the model checker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::{Duration, Instant};

pub(super) use std::thread::{self, JoinHandle};

use super::*;

/// Longer than any of these threads may wait for another.
const FOR_EVER: Duration = Duration::from_mins(1);

/// Runs the model a few times, or as often as `ELECTRICIAN_ROUNDS` says.
pub(super) fn explore(_preemptions: usize, model: impl Fn()) {
    let told = std::env::var("ELECTRICIAN_ROUNDS").ok();
    for _ in 0..told.map_or(30, |rounds| rounds.parse().expect("a number of rounds")) {
        model();
    }
}

/// Polls a future each time that it is woken.
///
/// It does not park, so that a sanitizer sees all of what passes between two threads.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let begun = Instant::now();
    loop {
        if !woken.0.swap(false, Ordering::SeqCst) {
            assert!(begun.elapsed() < FOR_EVER, "a head sleeps for ever");
            thread::yield_now();
        } else if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
    }
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// More than a model checker can walk through.
#[test]
fn three_threads_feed_three() {
    explore(0, || {
        let (sender, receiver, probe) = edge(EdgeOptions {
            capacity: 100,
            senders: 3,
            receivers: 3,
            ..EdgeOptions::default()
        });
        let feeds = |first: u32| {
            let mut sender = sender.clone();
            thread::spawn(move || {
                block_on(async {
                    for item in (first..3000).step_by(3) {
                        sender.send(item).await;
                    }
                    sender.flush().await;
                });
            })
        };
        let senders: Vec<_> = (0..3).map(feeds).collect();
        let receivers: Vec<_> = (0..3).map(|_| receives(receiver.clone())).collect();
        drop((sender, receiver));
        senders.into_iter().for_each(join);
        let taken: Vec<_> = receivers.into_iter().map(join).collect();
        assert_eq!(sorted(taken.concat()), (0..3000).collect::<Vec<_>>());
        assert_eq!(account(&probe), (3000, 3000, 0));
    });
}
