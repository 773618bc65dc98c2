//! What is told of a call, and who is told.

use std::{
    fmt::{self, Display},
    time::Duration,
};
use tracing::Span;

/// Is told how calls go. A function of [`&Seen`](Seen) is one, and [`Tracing`].
///
/// It changes nothing: a sensor that panics is not told again of that call, and the call goes on. It is called in the task of the
/// call, so it should not block.
pub trait Sensor: Send + Sync + 'static {
    /// What to run the call in; nothing, unless it is written.
    fn span(&self, provider: &str, act: Act) -> Span {
        let _ = (provider, act);
        Span::none()
    }

    /// A call has ended, or was given up.
    fn told(&self, seen: &Seen<'_>);
}

/// How a call went.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Seen<'a> {
    /// The provider's name.
    pub provider: &'a str,
    /// What was done.
    pub act: Act,
    /// What came of it.
    pub outcome: Outcome<'a>,
    /// How long it took.
    pub took: Duration,
}

/// What is done with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A request, and its response.
    Called,
    /// A stream or a conversation was opened, or was not.
    Opened,
    /// Items came from what was opened.
    Received {
        /// How many, without the errors.
        items: u64,
        /// How many errors among them.
        errors: u64,
    },
    /// Items were sent to what was opened.
    Sent {
        /// How many went.
        items: u64,
        /// How many did not.
        errors: u64,
    },
}

/// What came of a call.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// It has come to its end.
    Succeeded,
    /// It has failed with this error.
    Failed(&'a dyn Display),
    /// It was dropped before it had ended, or has panicked.
    GivenUp,
}

impl Act {
    pub(super) const NONE_RECEIVED: Self = Self::Received {
        items: 0,
        errors: 0,
    };
    pub(super) const NONE_SENT: Self = Self::Sent {
        items: 0,
        errors: 0,
    };

    /// One more.
    pub(super) fn count(&mut self, is_error: bool) {
        if let Self::Received { items, errors } | Self::Sent { items, errors } = self {
            *(if is_error { errors } else { items }) += 1;
        }
    }
}

impl<F: Fn(&Seen<'_>) + Send + Sync + 'static> Sensor for F {
    fn told(&self, seen: &Seen<'_>) {
        self(seen);
    }
}

/// Traces calls; see [`Combine::traced`](crate::provider::Combine::traced).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing;

const TARGET: &str = "electrician::provider";

impl Sensor for Tracing {
    fn span(&self, provider: &str, act: Act) -> Span {
        tracing::debug_span!(target: TARGET, "call", provider, %act)
    }

    fn told(&self, seen: &Seen<'_>) {
        let Seen {
            provider,
            act,
            took,
            ..
        } = seen;
        match seen.outcome {
            Outcome::Succeeded => tracing::debug!(target: TARGET, provider, %act, ?took, "done"),
            Outcome::GivenUp => tracing::debug!(target: TARGET, provider, %act, ?took, "given up"),
            Outcome::Failed(error) => {
                tracing::warn!(target: TARGET, provider, %act, ?took, %error, "failed");
            }
        }
    }
}

impl Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Called => f.write_str("call"),
            Self::Opened => f.write_str("open"),
            Self::Received { items, errors } => write!(f, "received {items}, {errors} errors"),
            Self::Sent { items, errors } => write!(f, "sent {items}, {errors} errors"),
        }
    }
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Succeeded => f.write_str("Succeeded"),
            Self::Failed(error) => write!(f, "Failed({error})"),
            Self::GivenUp => f.write_str("GivenUp"),
        }
    }
}

impl fmt::Debug for Seen<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen")
            .field("provider", &self.provider)
            .field("act", &self.act)
            .field("outcome", &self.outcome)
            .field("took", &self.took)
            .finish()
    }
}
