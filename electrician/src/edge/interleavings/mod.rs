//! What an edge promises in every interleaving of a few threads, within a bound on preemptions.
//!
//! ```text
//! RUSTFLAGS="--cfg electrician_model" cargo test -p electrician --lib --release edge::interleavings
//! ```
//!
//! A head that sleeps for ever is a deadlock to the checker, so each model that ends is also a promise that no call
//! is lost. The edges are as small as can be: what goes wrong in a large edge goes wrong in one that holds one item.
//! Without that `cfg`, real threads run each model a few times over.

mod ending;
mod handing_over;
mod looping;
#[cfg(not(electrician_model))]
mod real;
mod turning_back;

use std::pin::pin;
use std::task::Poll;

#[cfg(electrician_model)]
use loom::{
    future::block_on,
    thread::{self, JoinHandle},
};
#[cfg(not(electrician_model))]
use real::{JoinHandle, block_on, explore, thread};

use super::*;

type Heads = (Sender<u32>, Receiver<u32>, Probe);

/// Runs the model in every interleaving that preempts its threads at most so often.
#[cfg(electrician_model)]
fn explore(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.check(model);
}

/// An edge that holds one item.
fn narrow(senders: usize, receivers: usize) -> Heads {
    edge(EdgeOptions {
        capacity: 1,
        senders,
        receivers,
        ..EdgeOptions::default()
    })
}

fn sends(
    mut sender: Sender<u32>,
    items: impl IntoIterator<Item = u32> + Send + 'static,
) -> JoinHandle<()> {
    thread::spawn(move || {
        block_on(async {
            for item in items {
                sender.send_now(item).await;
            }
        });
    })
}

fn receives(receiver: Receiver<u32>) -> JoinHandle<Vec<u32>> {
    thread::spawn(move || receive(receiver))
}

/// Takes everything, to the end.
fn receive(mut receiver: Receiver<u32>) -> Vec<u32> {
    block_on(async {
        let mut taken = Vec::new();
        while receiver.fill().await.is_some() {
            taken.extend(receiver.drain());
        }
        taken
    })
}

/// Takes one item, which must come.
fn receive_one(receiver: &mut Receiver<u32>) -> u32 {
    block_on(receiver.fill());
    receiver.pop().expect("an item comes")
}

/// Polls a future once, and gives it up.
fn try_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    block_on(std::future::poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    }))
}

fn join<T>(thread: JoinHandle<T>) -> T {
    thread.join().expect("a thread ends well")
}

/// `(sent, taken, dropped)` of an edge in which nothing is left.
fn account(probe: &Probe) -> (u64, u64, u64) {
    let stats = probe.stats();
    assert!(stats.is_balanced(), "{stats:?}");
    assert_eq!(stats.queued, 0, "{stats:?}");
    (stats.sent, stats.taken, stats.dropped)
}

fn sorted(mut items: Vec<u32>) -> Vec<u32> {
    items.sort_unstable();
    items
}
