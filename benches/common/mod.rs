//! What the benches share: interleaved rounds, clocks of the wall and of the process, rows and their table, a chart, allocations, instructions.

pub(crate) mod allocations;
pub(crate) mod callgrind;
pub(crate) mod chart;
pub(crate) mod options;
pub(crate) mod rounds;
pub(crate) mod row;
pub(crate) mod table;
