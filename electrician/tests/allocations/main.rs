//! Protected calls that succeed allocate nothing: every allocation of this program is counted.

mod chain;
mod counter;
mod stage;
