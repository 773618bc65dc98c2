//! Named workers and whole pipelines under one supervisor: started, stopped, restarted when they break, and watched.
//!
//! ```text
//!                 +-----------------------------------------------+
//!                 |                   Operator                    |
//!                 +-----------------------------------------------+
//!                    | start, stop      | status, watch, events  |
//!                    v                  v                        v
//!   polling     answering      worker            handling      pipeline
//!   (runs)      (messages)     (runs, messages)  (#[handler])  (a `pipeline!`)
//!                   ^              ^                 ^             ^
//!                   +---- Handle: send, request -----+             | its inputs and outputs
//! ```
//!
//! Use it for what a service does besides answering: a poller, a sweeper, a cache that refreshes itself, an actor that owns a
//! connection, and the pipelines beside them, which start and end together. Do not use it for work that comes in pieces and is
//! to be spread over cores: that is a pipeline.
//!
//! # States
//!
//! ```text
//!               start           begin
//!   +---------+ -----> +------+ -------> +---------+
//!   | stopped |        | idle | <------- | running |
//!   +---------+        +------+   rest   +---------+
//!      ^   ^              |                   |
//!      |   |              +---------+---------+
//!      |   | end                    |
//!      |   +------------------------+  (a pipeline that comes to its end)
//!      |                            |
//!      | end   +----------+  stop   |  broke too often   +--------+  start
//!      +------ | stopping | <-------+------------------> | failed | -------> idle
//!              +----------+                              +--------+
//! ```
//!
//! - A worker that waits (for its next run, for a message, for its restart) is idle, and [`Status::until`] says until when.
//! - A stop interrupts the wait at once. What is under way, and the messages that wait, have the job's `grace`; then what is under
//!   way is dropped at its next await, and whoever still waits for a reply is told [`NoReply::Stopped`].
//! - A panic is caught. The worker is made anew after a wait that grows, as [`Restart`](crate::resilience::Restart) says;
//!   meanwhile messages wait. Past the limit it has failed, and [`Status::last_error`] says of what.
//! - What fails (`Ran::Failed`, an `Err` of a message) is counted, and the worker goes on.
//! - A pipeline that fails is started again under the same rule; one that comes to its end has stopped.
//!
//! # Promises
//!
//! - A request always resolves: with the reply, or with [why there is none](NoReply).
//! - A message that was accepted is handled or counted in [`Status::dropped`], unless whoever asked has given up before.
//! - Asking for a status never waits for a worker, and neither does anything else but a stop.
//! - Nothing is unbounded: mailboxes refuse or let wait, listeners lose the oldest event and know how many, restarts are counted.
//! - Where nobody listens, no event is made.

mod board;
mod desk;
mod ended;
mod error;
mod event;
mod events;
mod halt;
mod handle;
mod handling;
mod job;
mod life;
mod line;
mod mailbox;
mod member;
mod options;
mod ran;
mod reader;
mod reply;
mod rounds;
mod schedule;
mod status;
mod supervisor;
mod worker;

pub use board::Watch;
pub use ended::{Ended, StopReport};
pub use error::{Error, ErrorKind};
pub use event::{Event, What};
pub use events::Events;
pub use handle::Handle;
pub use handling::{Arguments, Handling, handling};
pub use job::{Answering, Job, Polling, answering, polling, worker};
pub use line::{Line, Supervised, pipeline};
pub use member::Register;
pub use ran::Ran;
pub use reply::{NoReply, Refused};
pub use status::{SharedError, State, Status};
pub use supervisor::Operator;
pub use worker::Worker;
