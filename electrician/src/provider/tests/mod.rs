//! Promises that concern more than one room.

mod combined;
pub(super) mod lab;
mod remembered;
mod shown;
