//! The less busy one of two backends.

use super::{Candidate, Field, Selector};

/// Draws two, and takes the one that is busy with fewer calls: the power of two choices.
///
/// It keeps the load nearly as even as asking everybody would, at the cost of two looks, and does not send everybody to the
/// one that has just become idle (M. Mitzenmacher, *The Power of Two Choices in Randomized Load Balancing*, IEEE TPDS 12:10,
/// 2001). An open stream or conversation counts as a call.
#[derive(Clone, Copy, Debug, Default)]
#[doc(alias = "p2c")]
pub struct LeastLoaded;

impl Selector for LeastLoaded {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let field = Field::of(candidates)?;
        let (one, other) = two_of(field.count);
        let one = field.nth(candidates, one)?;
        let other = field.nth(candidates, other)?;
        if candidates[other].load() < candidates[one].load() {
            Some(other)
        } else {
            Some(one)
        }
    }
}

/// Two different numbers below `count`, or zero twice if there is no other.
fn two_of(count: usize) -> (usize, usize) {
    if count < 2 {
        return (0, 0);
    }
    let (one, other) = (fastrand::usize(..count), fastrand::usize(..count - 1));
    (one, other + usize::from(other >= one))
}
