//! What a chain promises.
