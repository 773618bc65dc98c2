//! One line of the table: a goal, and how near the engine came to it.

use super::rounds::Cost;

/// A row, with a figure for each runtime in which it was measured.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) goal: u8,
    pub(crate) work: String,
    pub(crate) baseline: String,
    pub(crate) limit: Limit,
    /// For each runtime; a figure that does not depend on the runtime stands in the first place.
    pub(crate) figures: [Option<f64>; 2],
    /// For each runtime, what an item cost the contender and the baseline.
    pub(crate) costs: [Option<[Cost; 2]>; 2],
}

impl Row {
    /// A row of one figure, which no runtime has a part in.
    pub(crate) fn single(goal: u8, work: &str, baseline: &str, limit: Limit, figure: f64) -> Self {
        Self {
            goal,
            work: work.to_owned(),
            baseline: baseline.to_owned(),
            limit,
            figures: [Some(figure), None],
            costs: [None, None],
        }
    }

    /// Whether every runtime meets the goal.
    pub(crate) fn is_met(&self) -> bool {
        self.figures
            .iter()
            .flatten()
            .all(|figure| self.limit.allows(*figure))
    }
}

/// A goal, and how its figures are read. Ratios are the contender's cost over the baseline's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Limit {
    /// At most so many times the baseline.
    Times(f64),
    /// At most one in so many.
    OneIn(f64),
    /// At least so many times faster.
    Faster(f64),
    /// Allocations an item: none.
    Allocations,
    /// At most so many bytes.
    Bytes(f64),
    /// No such word.
    Absent,
}

impl Limit {
    /// The largest figure that it allows.
    pub(crate) fn most(self) -> f64 {
        match self {
            Self::Times(most) | Self::Bytes(most) => most,
            Self::OneIn(parts) | Self::Faster(parts) => 1.0 / parts,
            Self::Allocations => 0.001,
            Self::Absent => 0.0,
        }
    }

    pub(crate) fn allows(self, figure: f64) -> bool {
        figure <= self.most()
    }

    /// Whether its figures are ratios.
    pub(crate) fn is_ratio(self) -> bool {
        matches!(self, Self::Times(_) | Self::OneIn(_) | Self::Faster(_))
    }

    /// The goal itself, as the table says it.
    pub(crate) fn goal(self) -> String {
        match self {
            Self::Times(most) => format!("≤ {most:.2} ×"),
            Self::OneIn(parts) => format!("≤ 1/{parts}"),
            Self::Faster(times) => format!("≥ {times:.2} × faster"),
            Self::Allocations => "0 an item".to_owned(),
            Self::Bytes(most) => format!("≤ {most} B"),
            Self::Absent => "none".to_owned(),
        }
    }

    /// A figure, in the words of the goal.
    pub(crate) fn figure(self, figure: f64) -> String {
        match self {
            Self::Times(_) => format!("{figure:.3} ×"),
            Self::OneIn(_) => format!("1/{:.1}", 1.0 / figure),
            Self::Faster(_) => format!("{:.2} × faster", 1.0 / figure),
            Self::Allocations => format!("{figure:.4}"),
            Self::Bytes(_) => format!("{figure:.0} B"),
            Self::Absent => format!("{figure:.0}"),
        }
    }
}
