//! What a worker does: it runs when a run is due, and takes messages one by one.

use std::{future::Future, time::Duration};

use super::Ran;
use crate::stage::BoxError;

/// What a named worker does.
///
/// Implement it for a worker that has state of its own, or that both runs and takes messages; register it with
/// [`worker`](super::worker). For the rest there are [`polling`](super::polling), [`answering`](super::answering) and
/// [`handling`](super::handling).
///
/// - `run` and `receive` are never under way at the same time. Runs that are due and messages take turns.
/// - A worker that has panicked, was cancelled or was stopped is dropped, and made anew when it starts again: its state is never
///   one that was left half done.
///
/// # Cancel safety
/// When the grace of a stop is over, what is under way is dropped at its next await.
///
/// # Examples
/// ```
/// use electrician::{operator::{Operator, Ran, Worker, worker}, stage::BoxError};
/// use std::time::Duration;
///
/// /// Counts, and says how far it is.
/// struct Counter(u64);
///
/// impl Worker for Counter {
///     type Message = &'static str;
///     type Reply = String;
///
///     async fn run(&mut self) -> Ran {
///         self.0 += 1;
///         Ran::Idle(Duration::from_secs(60))
///     }
///
///     async fn receive(&mut self, unit: &'static str) -> Result<String, BoxError> {
///         Ok(format!("{} {unit}", self.0))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// let counter = operator.add("counter", worker(|| Counter(0)))?;
/// operator.start("counter")?;
/// tokio::time::sleep(Duration::from_secs(90)).await;
/// assert_eq!(counter.request("minutes", Duration::from_secs(1)).await?, "2 minutes");
/// # Ok(())
/// # }
/// ```
pub trait Worker: Send + 'static {
    /// What it is sent.
    type Message: Send + 'static;
    /// What it replies.
    type Reply: Send + 'static;

    /// Whether it runs by itself. One that says `false` only takes messages.
    const RUNS: bool = true;

    /// One run: the first at the start, the next when the last one said.
    fn run(&mut self) -> impl Future<Output = Ran> + Send {
        async { Ran::Idle(Duration::MAX) }
    }

    /// Handles one message.
    ///
    /// # Errors
    /// What the one who asked is told, and the status shows.
    fn receive(
        &mut self,
        message: Self::Message,
    ) -> impl Future<Output = Result<Self::Reply, BoxError>> + Send;
}
