//! Two ways of doing the same work in, a row out: each is checked, given items enough, and timed beside the other.

use std::{hint::black_box, time::Duration};

use tokio::runtime::Runtime;

use crate::{
    bench::{Bench, TWO_WORKERS},
    rounds::{Compared, Cost, interleave, items_within, timed},
    row::{Limit, Row},
};

/// How long one side of a round should take.
const ROUND: Duration = Duration::from_millis(60);

/// How many items a result is checked with.
const CHECKED: u64 = 5000;

/// Does the work for so many items, and says what came out.
type Side = Box<dyn Fn(&Runtime, u64) -> u64>;

/// What the contender is held against.
enum Against {
    Side(Side),
    /// Nanoseconds an item, known from elsewhere.
    Known(f64),
}

/// A comparison that is a row of the table.
pub(crate) struct Duel {
    goal: u8,
    work: String,
    baseline: &'static str,
    limit: Limit,
    contender: Side,
    against: Against,
    expected: fn(u64) -> u64,
    /// Whether the goal speaks of CPU time.
    is_cpu: bool,
    runtimes: &'static [usize],
}

impl Duel {
    /// Holds `contender` against `baseline`, in both runtimes, by the wall clock.
    pub(crate) fn new(
        goal: u8,
        work: &str,
        limit: Limit,
        contender: impl Fn(&Runtime, u64) -> u64 + 'static,
        (name, baseline): (&'static str, impl Fn(&Runtime, u64) -> u64 + 'static),
        expected: fn(u64) -> u64,
    ) -> Self {
        Self {
            goal,
            work: work.to_owned(),
            baseline: name,
            limit,
            contender: Box::new(contender),
            against: Against::Side(Box::new(baseline)),
            expected,
            is_cpu: false,
            runtimes: &[0, 1],
        }
    }

    /// Holds `contender` against a figure that is known from elsewhere.
    pub(crate) fn known(
        goal: u8,
        work: &str,
        limit: Limit,
        contender: impl Fn(&Runtime, u64) -> u64 + 'static,
        (name, nanos): (&'static str, f64),
        expected: fn(u64) -> u64,
    ) -> Self {
        let nothing = (name, |_: &Runtime, _| 0);
        Self {
            against: Against::Known(nanos),
            ..Self::new(goal, work, limit, contender, nothing, expected)
        }
    }

    /// The goal speaks of the process's time.
    pub(crate) fn by_cpu(mut self) -> Self {
        self.is_cpu = true;
        self
    }

    /// The goal speaks of two workers only.
    pub(crate) fn on_two_workers(mut self) -> Self {
        self.runtimes = &[TWO_WORKERS];
        self
    }

    pub(crate) fn fight(&self, bench: &Bench) -> Row {
        let mut row = Row {
            goal: self.goal,
            work: self.work.clone(),
            baseline: self.baseline.to_owned(),
            limit: self.limit,
            figures: [None; 2],
            costs: [None; 2],
        };
        for &n in self.runtimes {
            let compared = self.rounds(&bench.runtimes[n], bench.rounds);
            row.figures[n] = Some(compared.ratio[usize::from(self.is_cpu)]);
            row.costs[n] =
                Some([compared.contender, compared.baseline].map(|[wall, cpu]| Cost { wall, cpu }));
        }
        row
    }

    fn rounds(&self, runtime: &Runtime, rounds: usize) -> Compared<2> {
        let contender = self.prepare(&self.contender, runtime);
        match &self.against {
            Against::Side(side) => interleave(rounds, contender, self.prepare(side, runtime)),
            Against::Known(nanos) => interleave(rounds, contender, || [*nanos, f64::NAN]),
        }
    }

    /// Checks a side, and gives what runs it for a round: nanoseconds of an item, wall and CPU.
    fn prepare<'a>(&self, side: &'a Side, runtime: &'a Runtime) -> impl Fn() -> [f64; 2] + use<'a> {
        let run = move |items| {
            timed(items, || {
                black_box(side(runtime, items));
            })
        };
        let items = items_within(ROUND, run);
        let checked = items.min(CHECKED);
        let expected = (self.expected)(checked);
        assert_eq!(
            side(runtime, checked),
            expected,
            "{}, {}",
            self.work,
            self.baseline
        );
        move || {
            let cost = run(items);
            [cost.wall, cost.cpu]
        }
    }
}
