//! What an option's value is refused with: comes in as a name and a reason, goes out as one sentence.

use std::{error::Error, fmt};

/// A value that an option cannot have.
///
/// Values that are written as literals are refused by the compiler. All others are refused by the
/// `check` of the protection they belong to, before anything runs.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Breaker, Retry};
///
/// let refused = Breaker::default().probes(0).check().unwrap_err();
/// assert_eq!(refused.to_string(), "`probes` must be at least 1");
/// assert_eq!(refused.option, "probes");
/// assert!(Retry::up_to(4).check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadValue {
    /// The option, as it is written in a block.
    pub option: &'static str,
    /// What is wrong with the value, as the sentence goes on after the option's name.
    pub why: String,
}

impl BadValue {
    /// Refuses the value of `option`; `why` goes on the sentence that the option's name begins.
    pub fn new(option: &'static str, why: impl Into<String>) -> Self {
        Self {
            option,
            why: why.into(),
        }
    }
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.option, self.why)
    }
}

impl Error for BadValue {}
