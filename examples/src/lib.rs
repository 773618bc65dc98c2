//! Shared parts of the examples.

pub mod bank;
pub mod feed;
pub mod flaky;
pub mod gateway;
pub mod intake;
pub mod ledger;
pub mod order;
pub mod survey;
