//! Shared parts of the examples.

pub mod flaky;
pub mod gateway;
pub mod order;
pub mod survey;
