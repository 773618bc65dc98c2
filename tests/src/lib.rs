//! Shared parts of the tests.

/// The pages of the diagnostics, so that their examples are compiled here, and not in the inner loop of the crate that shows them.
#[cfg(doctest)]
#[path = "../../electrician/src/diagnostics/mod.rs"]
pub mod diagnostics;
