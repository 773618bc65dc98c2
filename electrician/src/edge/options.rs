//! What the user of an edge chooses: how much it holds, and what happens when it is full.

use std::fmt;
use std::sync::Arc;

use super::CyclePlace;

/// What an edge does with items that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Overflow {
    /// The producer waits. Nothing is lost, and the pressure goes up the pipeline.
    #[default]
    Block,
    /// What does not fit of the chunk that is being handed over is dropped, and counted.
    DropNewest,
    /// The oldest items of the queue make place, and are counted as dropped.
    DropOldest,
    /// The [`Alarm`] is called once, and what does not fit is dropped, and counted.
    Fail,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Block => "block",
            Self::DropNewest => "drop_newest",
            Self::DropOldest => "drop_oldest",
            Self::Fail => "fail",
        })
    }
}

/// Called once, outside of every lock, when an edge with [`Overflow::Fail`] overflows.
pub type Alarm = Arc<dyn Fn() + Send + Sync>;

/// How an edge is built.
///
/// The numbers of heads are the most that will be alive at once; they divide the capacity between the
/// queue and the buffers of the heads. More heads than that work all the same, and the bound then grows by
/// their buffers.
#[derive(Clone)]
pub struct EdgeOptions {
    /// How many items may wait; 0 is taken as 1. Default: 1024.
    pub capacity: usize,
    /// What happens to items that do not fit. Default: [`Overflow::Block`].
    pub overflow: Overflow,
    /// How many producer heads there will be. Default: 1.
    pub senders: usize,
    /// How many consumer heads there will be. Default: 1.
    pub receivers: usize,
    /// Whether no item waits with a consumer: it takes one at a time, or as many as it has calls free for. Default: no.
    pub single: bool,
    /// Who is told when an edge with [`Overflow::Fail`] overflows. Default: nobody.
    pub alarm: Option<Alarm>,
    /// The feedback loop that the edge is a part of. Default: none.
    pub cycle: Option<CyclePlace>,
}

impl Default for EdgeOptions {
    fn default() -> Self {
        Self {
            capacity: 1024,
            overflow: Overflow::Block,
            senders: 1,
            receivers: 1,
            single: false,
            alarm: None,
            cycle: None,
        }
    }
}

impl fmt::Debug for EdgeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeOptions")
            .field("capacity", &self.capacity)
            .field("overflow", &self.overflow)
            .field("senders", &self.senders)
            .field("receivers", &self.receivers)
            .field("single", &self.single)
            .field("alarm", &self.alarm.is_some())
            .field("cycle", &self.cycle)
            .finish()
    }
}
