//! The less busy one of two backends.

use super::{Candidate, Field, Selector};
use crate::provider::Standing::Ready;

/// So often it draws before it looks at all: where a third is out, that is in one choice of six.
const DRAWS: usize = 3;

/// Draws two, and takes the one that is busy with fewer calls: the power of two choices.
///
/// It keeps the load nearly as even as asking everybody would, at the cost of two looks, and does not send everybody to the
/// one that has just become idle (M. Mitzenmacher, *The Power of Two Choices in Randomized Load Balancing*, IEEE TPDS 12:10,
/// 2001). An open stream or conversation counts as a call. Where one that is not healthy is drawn, it draws again; after
/// three draws it looks at all.
#[derive(Clone, Copy, Debug, Default)]
#[doc(alias = "p2c")]
pub struct LeastLoaded;

impl Selector for LeastLoaded {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let is_ready = |at: usize| (candidates.get(at)).is_some_and(|one| one.standing() == Ready);
        let mut draws = (0..DRAWS).map(|_| two_of(candidates.len()));
        let (one, other) = match draws.find(|&(one, other)| is_ready(one) && is_ready(other)) {
            Some(two) => two,
            None => drawn_of_all(candidates)?,
        };
        if candidates[other].load() < candidates[one].load() {
            Some(other)
        } else {
            Some(one)
        }
    }
}

/// Two of those that stand best, found by looking at everybody.
fn drawn_of_all<C: Candidate>(candidates: &[C]) -> Option<(usize, usize)> {
    let field = Field::of(candidates)?;
    let (one, other) = two_of(field.count);
    Some((field.nth(candidates, one)?, field.nth(candidates, other)?))
}

/// Two different numbers below `count`, or zero twice if there is no other.
fn two_of(count: usize) -> (usize, usize) {
    if count < 2 {
        return (0, 0);
    }
    let (one, other) = (fastrand::usize(..count), fastrand::usize(..count - 1));
    (one, other + usize::from(other >= one))
}
