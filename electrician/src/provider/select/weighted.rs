//! Each backend in proportion to its weight.

use super::{Candidate, Selector};
use crate::provider::Standing;
use std::sync::{Mutex, PoisonError};

/// Each one as often as its weight says, spread evenly: with 5, 1 and 1 the turns are `a a b a c a a`.
///
/// It is the smooth weighted round robin of nginx (I. Sysoev, *Upstream: smooth weighted round-robin balancing*, 2012): each
/// choice adds to all their weights, and takes the sum of them from the one that has the most. One that has no weight, or the
/// weight 0, is never chosen; one that is out takes no part, and goes on where it was when it is back.
#[derive(Debug)]
pub struct Weighted {
    scales: Mutex<Vec<Scale>>,
}

#[derive(Debug)]
struct Scale {
    name: String,
    weight: i64,
    credit: i64,
}

impl Weighted {
    /// The weights, by name.
    pub fn new<N: Into<String>>(weights: impl IntoIterator<Item = (N, u32)>) -> Self {
        let scales = weights.into_iter().map(|(name, weight)| Scale {
            name: name.into(),
            weight: weight.into(),
            credit: 0,
        });
        Self {
            scales: Mutex::new(scales.filter(|scale| scale.weight > 0).collect()),
        }
    }
}

impl Selector for Weighted {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let mut scales = self.scales.lock().unwrap_or_else(PoisonError::into_inner);
        let places = scales.iter().enumerate();
        let found = places.filter_map(|(place, scale)| scale.find(candidates, place));
        let best = found.map(|at| candidates[at].standing()).max()?;
        if best == Standing::Out {
            return None;
        }
        let (mut sum, mut chosen) = (0, None::<(i64, usize, usize)>);
        for (place, scale) in scales.iter_mut().enumerate() {
            let found = scale.find(candidates, place);
            let Some(at) = found.filter(|&at| candidates[at].standing() >= best) else {
                continue;
            };
            scale.credit += scale.weight;
            sum += scale.weight;
            if chosen.is_none_or(|(credit, ..)| scale.credit > credit) {
                chosen = Some((scale.credit, place, at));
            }
        }
        let (_, place, at) = chosen?;
        scales[place].credit -= sum;
        Some(at)
    }
}

impl Scale {
    /// Where the one of this name is: at the place of its weight, most often.
    fn find<C: Candidate>(&self, candidates: &[C], place: usize) -> Option<usize> {
        let named = |one: &C| one.name() == self.name;
        match candidates.get(place) {
            Some(one) if named(one) => Some(place),
            _ => candidates.iter().position(named),
        }
    }
}
