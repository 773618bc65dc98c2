//! The backends that there are come in, the one that takes the next call goes out.
//!
//! | selector | chooses | use it when |
//! |---|---|---|
//! | [`Preferred`] | one that is set and unset at run time, or else the first healthy one | there is a main backend and a spare |
//! | [`Priority`] | the first of a list | some backends are better or cheaper than others |
//! | [`FirstHealthy`] | the first, in the order of creation | the order of creation says it already |
//! | [`RoundRobin`] | each in turn | all are alike, and so are the calls |
//! | [`LeastLoaded`] | the less busy one of two that are drawn | calls differ in length |
//! | [`Weighted`] | each in proportion to its weight | backends differ in size |
//!
//! A degraded backend is chosen where nobody is healthy, and one that is unavailable never is. What a backend that is out
//! would have got goes to all the others alike. A choice allocates nothing and asks nobody: it looks at
//! [`Provider::is_available`](super::Provider::is_available) and at the health that was last found. While all are healthy,
//! [`RoundRobin`] and [`FirstHealthy`] look at one of them and [`LeastLoaded`] at two, however many there are; the others look at
//! all whose name they seek.

mod first_healthy;
mod least_loaded;
mod preferred;
mod priority;
mod round_robin;
#[cfg(test)]
mod tests;
mod weighted;

pub use first_healthy::FirstHealthy;
pub use least_loaded::LeastLoaded;
pub use preferred::Preferred;
pub use priority::Priority;
pub use round_robin::RoundRobin;
pub use weighted::Weighted;

use super::Standing;

/// Chooses between backends.
///
/// ```
/// use electrician::provider::{Candidate, Selector, Standing};
///
/// /// The one whose name comes last.
/// struct Last;
///
/// impl Selector for Last {
///     fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
///         let ready = (0..candidates.len()).filter(|&at| candidates[at].standing() == Standing::Ready);
///         ready.max_by_key(|&at| candidates[at].name())
///     }
/// }
/// ```
pub trait Selector: Send + Sync + 'static {
    /// The place of the one that takes the next call; nothing if none of them can.
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize>;
}

/// What a selector sees of a backend.
pub trait Candidate {
    /// Its name.
    fn name(&self) -> &str;
    /// Whether it can be called, as far as is known.
    fn standing(&self) -> Standing;
    /// The calls that it is busy with.
    fn load(&self) -> usize;
}

/// The first one that is ready, or else the first one that is degraded.
fn first<'a, C: Candidate + 'a>(
    candidates: impl IntoIterator<Item = (usize, &'a C)>,
) -> Option<usize> {
    let mut degraded = None;
    for (at, candidate) in candidates {
        match candidate.standing() {
            Standing::Ready => return Some(at),
            Standing::Degraded => degraded = degraded.or(Some(at)),
            Standing::Out => {}
        }
    }
    degraded
}

/// Those among whom is chosen: all that stand best.
#[derive(Clone, Copy)]
struct Field {
    standing: Standing,
    count: usize,
}

impl Field {
    /// Nothing, if nobody can be called.
    fn of<C: Candidate>(candidates: &[C]) -> Option<Self> {
        let mut field = Self {
            standing: Standing::Degraded,
            count: 0,
        };
        for standing in candidates.iter().map(Candidate::standing) {
            if standing > field.standing {
                field = Self { standing, count: 0 };
            }
            field.count += usize::from(standing == field.standing);
        }
        (field.count > 0).then_some(field)
    }

    /// The place of number `n` in the field; its last one, where some have left it meanwhile.
    fn nth<C: Candidate>(self, candidates: &[C], n: usize) -> Option<usize> {
        let places = candidates.iter().enumerate();
        let field = places.filter(|(_, candidate)| candidate.standing() >= self.standing);
        field.take(n + 1).last().map(|(at, _)| at)
    }
}
