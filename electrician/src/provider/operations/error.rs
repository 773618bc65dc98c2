//! Why nothing does an operation.

use std::{error::Error, fmt};

/// There is no backend that does this and can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unresolved {
    /// The operation.
    pub operation: String,
    /// For whom.
    pub tier: String,
    /// The backends that are bound to it for this tier, in their order, and why each was passed over.
    pub passed: Vec<(String, Passed)>,
    /// The operations that anything is bound to, in the order of their names.
    pub known: Vec<String>,
}

/// Why a backend was passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// There is none of this name.
    NotThere,
    /// It cannot be called.
    NotAvailable,
}

impl fmt::Display for Unresolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            tier,
            passed,
            known,
        } = self;
        if passed.is_empty() {
            write!(f, "nothing does `{operation}` for `{tier}`")?;
            let names = known.iter().map(|name| format!("`{name}`"));
            return match names.collect::<Vec<_>>().join(", ") {
                names if names.is_empty() => f.write_str("; nothing is bound"),
                names => write!(f, "; known: {names}"),
            };
        }
        write!(
            f,
            "nothing that does `{operation}` for `{tier}` can be called: "
        )?;
        for (at, (name, why)) in passed.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}` {why}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Passed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotThere => "is not there",
            Self::NotAvailable => "is not available",
        })
    }
}

impl Error for Unresolved {}
