//! The one kind of edge: a bounded, one-way path that hands over whole chunks.
//!
//! ```text
//! push push push | flush -> [ queue ] -> fill | pop pop pop
//! ```
//!
//! A [`Sender`] head collects items in a buffer of its own and hands the buffer over; a [`Receiver`] head
//! takes a chunk out and works through it. Between the two lies a queue under a short mutex, which is locked
//! once a chunk, not once an item. Clone a head to have several producers or several consumers.
//!
//! What an edge promises:
//!
//! - **Bounded.** At most [`EdgeOptions::capacity`] items wait, in the queue and in the buffers of all heads
//!   together, beyond the one item that each head has in its hand.
//! - **In order.** Each producer's items arrive in the order in which they were pushed.
//! - **Accounted.** At any moment `sent = taken + dropped + queued`, and `queued` is measured.
//! - **Fair.** Heads that wait are served in the order in which they came, and a newcomer never takes the
//!   room that a waiting head was called for.
//! - **Quiet.** A hand-over wakes as many heads as it has work for, no more, and none while the lock is held.
//!
//! ```
//! use electrician::edge::{EdgeOptions, edge};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let (mut numbers, mut inbox, probe) = edge(EdgeOptions::default());
//! numbers.push(1);
//! numbers.push(2);
//! numbers.flush().await;
//! drop(numbers);
//!
//! let mut sum = 0;
//! while inbox.fill().await.is_some() {
//!     sum += inbox.drain().sum::<u64>();
//! }
//! assert_eq!(sum, 3);
//! assert_eq!(probe.stats().taken, 2);
//! # });
//! ```

mod consumer;
mod cycle;
mod inputs;
mod items;
mod ledger;
mod limits;
mod line;
mod merge;
mod options;
mod outside;
mod pour;
mod probe;
mod producer;
mod receiver;
mod sender;
mod shared;
mod sync;

pub(crate) use inputs::Inputs;
pub(crate) use items::{Chunk, Items};
pub(crate) use shared::Heads;

pub use cycle::{Cycle, CyclePlace, CycleRole};
pub use merge::Merge;
pub use options::{Alarm, EdgeOptions, Overflow};
pub use pour::Certainty;
pub(crate) use pour::repeat;
pub use probe::{EdgeStats, Probe};
pub use receiver::{Filled, Receiver};
pub use sender::Sender;
pub use shared::edge;

#[cfg(test)]
mod interleavings;
#[cfg(all(test, not(electrician_model)))]
mod tests;
