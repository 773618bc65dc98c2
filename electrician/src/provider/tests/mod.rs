//! Promises that concern more than one room.

mod chained;
mod combined;
pub(super) mod lab;
mod observed;
mod protected;
mod remembered;
mod shown;
