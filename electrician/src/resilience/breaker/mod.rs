//! Not calling what is known to fail: comes in the outcomes of calls, goes out permission for the next one, or until when not to ask.
//!
//! ```text
//!              too many failures or slow calls, or trip()
//!     +--------+ -------------------------------------> +------+
//!     | closed |                                        | open | <---+
//!     +--------+                 a failure too many     +------+     |
//!      ^     ^                 +------------------------->  |        | a probe has failed,
//!      |     | the ramp is over|                            |        | or none has ended well
//!      |  +---------+          |      the cooldown is over  |        | for a cooldown
//!      |  | closing | ---------+      and a call has come   v        |
//!      |  +---------+                                  +-----------+ |
//!      |     ^    N probes have succeeded, or those    | half-open |-+
//!      +-----+---------------------------------------- +-----------+
//!                 that came for a cooldown
//! ```
//!
//! A closed breaker lets every call through and counts. An open one refuses. A half-open one lets
//! through a few calls, the probes, and refuses the rest until the probes have shown how things are. A
//! closing one (there is none without a `ramp`) lets a growing share through. By hand it can be held
//! open, held closed, or made to measure and nothing else.
//!
//! [`Breaker`] is what is written, [`CircuitBreaker`] is what calls share, and a [`BreakerWorker`] is
//! one caller's way to it that writes to nothing shared as long as calls succeed. [`KeyedBreaker`] has
//! one for each key.

mod circuit_breaker;
mod events;
mod gate;
mod keyed;
mod permit;
mod probes;
mod ramp;
mod settings;
mod snapshot;
mod state;
mod watch;
mod window;
mod worker;

pub use circuit_breaker::{CircuitBreaker, Open};
pub use events::{BreakerEvent, BreakerEvents, Reason};
pub use keyed::KeyedBreaker;
pub(crate) use permit::Token;
pub use permit::{Books, Permit, Verdict};
pub use settings::{Breaker, Cooldown, Window};
pub use snapshot::{BreakerSnapshot, BreakerState};
pub use worker::BreakerWorker;
