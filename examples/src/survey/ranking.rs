//! Measured paths come in, the few with the greatest measure go out.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A path with what was measured of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked<M> {
    /// What was measured.
    pub measure: M,
    /// Of what.
    pub path: PathBuf,
}

/// The greatest few of many, whatever the order they come in. Among equals the lesser path comes first.
#[derive(Debug, Clone)]
pub struct Ranking<M> {
    places: usize,
    best: BTreeSet<(Reverse<M>, PathBuf)>,
}

impl<M: Ord + Copy> Ranking<M> {
    /// A ranking with so many places.
    pub fn new(places: usize) -> Self {
        Self {
            places,
            best: BTreeSet::new(),
        }
    }

    /// Takes a path into account, and copies it only if it has a place.
    pub fn consider(&mut self, measure: M, path: &Path) {
        if self.best.len() >= self.places {
            match self.best.last() {
                Some((Reverse(worst), place))
                    if (Reverse(measure), path) < (Reverse(*worst), place) =>
                {
                    self.best.pop_last();
                }
                _ => return,
            }
        }
        self.best.insert((Reverse(measure), path.to_owned()));
    }

    /// The places, the greatest first.
    pub fn finish(self) -> Vec<Ranked<M>> {
        self.best
            .into_iter()
            .map(|(Reverse(measure), path)| Ranked { measure, path })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(places: usize, given: &[(u32, &str)], expected: &[(u32, &str)]) {
        for order in [given.to_vec(), given.iter().rev().copied().collect()] {
            let mut ranking = Ranking::new(places);
            for (measure, path) in order {
                ranking.consider(measure, Path::new(path));
            }
            let best = ranking.finish();
            let best: Vec<_> = best
                .iter()
                .map(|r| (r.measure, r.path.to_str().expect("text")))
                .collect();
            assert_eq!(best, expected);
        }
    }

    #[test]
    fn keeps_the_greatest_in_any_order() {
        ranks(2, &[(1, "a"), (3, "b"), (2, "c")], &[(3, "b"), (2, "c")]);
        ranks(0, &[(1, "a")], &[]);
        ranks(5, &[], &[]);
    }

    #[test]
    fn lesser_path_comes_first_among_equals() {
        ranks(2, &[(1, "c"), (1, "a"), (1, "b")], &[(1, "a"), (1, "b")]);
    }
}
