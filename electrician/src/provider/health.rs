//! How a backend is: what it answers when it is asked, and what is made of that when one has to be chosen.

use std::fmt;

/// What a backend says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Health {
    /// As it should be.
    #[default]
    Healthy,
    /// It answers, but not as it should: chosen only where nobody is healthy.
    Degraded(String),
    /// It cannot be called.
    Unavailable(String),
}

/// Where a backend stands when one is chosen; the best is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not to be called.
    Out,
    /// To be called where nobody is ready.
    Degraded,
    /// To be called.
    Ready,
}

impl Health {
    /// Degraded, and why.
    pub fn degraded(why: impl Into<String>) -> Self {
        Self::Degraded(why.into())
    }

    /// Unavailable, and why.
    pub fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(why.into())
    }

    /// What it means for a choice.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Healthy => Standing::Ready,
            Self::Degraded(_) => Standing::Degraded,
            Self::Unavailable(_) => Standing::Out,
        }
    }

    /// How a group is that needs `enough` of its members: healthy where all are, degraded where enough can be called.
    pub(super) fn of_group(members: &[(String, Self)], enough: usize) -> Self {
        let ailing: Vec<String> = (members.iter())
            .filter(|(_, health)| *health != Self::Healthy)
            .map(|(name, health)| format!("`{name}` is {health}"))
            .collect();
        let callable = members
            .iter()
            .filter(|(_, health)| health.standing() > Standing::Out);
        match (callable.count() >= enough, ailing.is_empty()) {
            (true, true) => Self::Healthy,
            (true, false) => Self::Degraded(ailing.join(", ")),
            (false, true) => Self::unavailable("there is no backend"),
            (false, false) => Self::Unavailable(ailing.join(", ")),
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Healthy => f.write_str("healthy"),
            Self::Degraded(why) => write!(f, "degraded: {why}"),
            Self::Unavailable(why) => write!(f, "unavailable: {why}"),
        }
    }
}
