//! The arithmetic of the bound: from a capacity and the numbers of heads to the size of each part.

use super::{EdgeOptions, Overflow};

/// The most items that one head collects before it hands them over, and the most bytes.
const CHUNK_MAX: usize = 512;
const CHUNK_BYTES: usize = 64 * 1024;
/// The most items of a chunk for several consumers, or for one that may lose items.
const CHUNK_SHARED: usize = 128;
/// The most items that one of several consumers takes at once, so that the others find work, too.
pub(super) const SHARE_MAX: usize = 16;
/// With fewer chunks than this in an edge of several consumers, its two ends run in lockstep.
const CHUNKS_MIN: usize = 4;

/// How the capacity is divided.
///
/// A sender holds `chunk` items at most and a receiver `take`, one of which each has in its hand, so that
/// `queue + senders * (chunk - 1) + receivers * (take - 1) = capacity`, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) capacity: usize,
    /// Items in the buffer of a sender.
    pub(super) chunk: usize,
    /// Items in the queue.
    pub(super) queue: usize,
    /// Items that a receiver takes at once.
    pub(super) take: usize,
}

impl Limits {
    pub(super) fn of(options: &EdgeOptions, item_bytes: usize) -> Self {
        let capacity = options.capacity.max(1);
        let senders = options.senders.max(1);
        let receivers = options.receivers.max(1);
        let heads = senders.saturating_add(receivers);
        let alone = receivers == 1 && options.overflow == Overflow::Block && !options.single;
        let chunk = if alone {
            let most = (CHUNK_BYTES / item_bytes.max(1)).clamp(1, CHUNK_MAX);
            (capacity.saturating_add(heads) / heads.saturating_add(1)).clamp(1, most)
        } else {
            (capacity / CHUNKS_MIN.saturating_mul(heads)).clamp(1, CHUNK_SHARED)
        };
        let rest = capacity - senders.saturating_mul(chunk - 1);
        let (queue, take) = if options.single {
            (rest, 1)
        } else if alone {
            halves(rest)
        } else if receivers == 1 {
            mostly_queue(rest)
        } else {
            let take = chunk.min(SHARE_MAX);
            (rest - receivers.saturating_mul(take - 1), take)
        };
        Self {
            capacity,
            chunk,
            queue,
            take,
        }
    }

    /// Whether so many items will find room at once, and leave none unused.
    pub(super) fn keeps_whole(&self, items: usize) -> bool {
        items < self.chunk || (items == self.chunk && self.queue.is_multiple_of(self.chunk))
    }
}

/// A single consumer takes the whole queue, or all of it but one item: `queue + (take - 1) = rest`.
fn halves(rest: usize) -> (usize, usize) {
    let queue = rest / 2 + 1;
    (queue, rest + 1 - queue)
}

/// An edge that loses items when it is full keeps nearly all of its room for the queue.
fn mostly_queue(rest: usize) -> (usize, usize) {
    let take = (rest / 8).clamp(1, SHARE_MAX);
    (rest + 1 - take, take)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn limits(capacity: usize, senders: usize, receivers: usize) -> Limits {
        Limits::of(
            &EdgeOptions {
                capacity,
                senders,
                receivers,
                ..EdgeOptions::default()
            },
            8,
        )
    }

    #[test]
    fn smallest_edge_holds_one_item() {
        for capacity in [0, 1] {
            let limits = limits(capacity, 1, 1);
            assert_eq!((limits.chunk, limits.queue, limits.take), (1, 1, 1));
        }
    }

    #[test]
    fn default_edge_is_three_chunks() {
        let limits = limits(1024, 1, 1);
        assert_eq!((limits.chunk, limits.queue, limits.take), (342, 342, 342));
    }

    #[test]
    fn chunk_of_large_items_stays_near_the_processor() {
        let limits = Limits::of(&EdgeOptions::default(), 512);
        assert_eq!((limits.chunk, limits.queue, limits.take), (128, 449, 449));
    }

    #[test]
    fn several_consumers_take_at_most_16() {
        let limits = limits(4096, 2, 4);
        assert_eq!((limits.chunk, limits.take), (128, 16));
    }

    proptest! {
        #[test]
        fn parts_sum_up_to_the_capacity(capacity in 1..5_000_usize, senders in 1..40_usize, receivers in 1..40_usize) {
            let limits = limits(capacity, senders, receivers);
            let parts = limits.queue + senders * (limits.chunk - 1) + receivers * (limits.take - 1);
            prop_assert_eq!(parts, capacity);
            prop_assert!(limits.take >= 1);
            prop_assert!(limits.queue >= limits.chunk, "a chunk fits into an empty queue");
        }
    }
}
