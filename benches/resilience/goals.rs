//! The goals, by number: the parts, the closed chain, the open one, two threads, allocations.

use crate::{
    allocations::counted,
    call::{Duel, Way},
    callgrind::Workload,
    row::{
        Limit::{Allocations, OneIn, Times},
        Row,
    },
    ways::{bare, breaker, bulkhead, chain, limiter, retry, timeout},
};

/// Measures the rows of one goal, in so many rounds.
type Measure = fn(usize) -> Vec<Row>;

pub(crate) fn all() -> [(u8, Measure); 9] {
    [
        (1, |rounds| {
            let limited = part(1, "a token of a rate limit", rounds);
            let others = [limiter::governor(), limiter::tower_resilience()];
            let mut rows = against(&limited, &limiter::ours(), &others);
            rows.push(limited.on(1, &limiter::ours(), &limiter::tower()));
            rows
        }),
        (2, |rounds| {
            let others = [
                bulkhead::semaphore(),
                bulkhead::tower(),
                bulkhead::tower_resilience(),
            ];
            let placed = part(2, "a place in a bulkhead", rounds);
            against(&placed, &bulkhead::ours(), &others)
        }),
        (3, |rounds| {
            let others = [
                breaker::recloser(),
                breaker::failsafe(),
                breaker::tower_resilience(),
            ];
            let guarded = part(3, "a closed breaker", rounds);
            against(&guarded, &breaker::ours(), &others)
        }),
        (4, |rounds| {
            let others = [retry::backon(), retry::tower(), retry::tower_resilience()];
            let retried = part(4, "a retry of what succeeds", rounds);
            against(&retried, &retry::ours(), &others)
        }),
        (5, |rounds| {
            let others = [
                timeout::tokio(),
                timeout::tower(),
                timeout::tower_resilience(),
            ];
            let timed = part(5, "a timeout of what is ready", rounds);
            against(&timed, &timeout::ours(), &others)
        }),
        (6, whole),
        (7, |rounds| {
            let refusal = part(7, "an open rejection, beside a closed call", rounds);
            vec![refusal.on_both(&chain::refused(), &chain::ours())]
        }),
        (8, |rounds| {
            let limit = Times(2.0);
            let both = Duel {
                limit,
                ..closed(8, rounds)
            };
            vec![both.against_one_thread(&chain::ours())]
        }),
        (9, |_| vec![allocations()]),
    ]
}

/// What runs under callgrind.
pub(crate) const WORKLOADS: [Workload; 5] = [
    ("the bare call", |calls| played(&bare(), calls)),
    ("a timeout", |calls| played(&timeout::ours(), calls)),
    ("the closed chain", |calls| played(&chain::ours(), calls)),
    ("an open rejection", |calls| {
        played(&chain::refused(), calls)
    }),
    ("governor, Semaphore, recloser, backon", |calls| {
        played(&chain::crates_with_recloser(), calls)
    }),
];

/// Limiter, bulkhead, breaker, retry and timeout.
fn whole(rounds: usize) -> Vec<Row> {
    let ours = chain::ours();
    let within = |parts| Duel {
        limit: OneIn(parts),
        ..closed(6, rounds)
    };
    vec![
        within(6.0).on(1, &ours, &chain::crates_with_recloser()),
        within(15.0).on(2, &ours, &chain::crates_with_recloser()),
        within(6.0).on(1, &ours, &chain::crates_with_failsafe()),
        within(15.0).on(2, &ours, &chain::crates_with_failsafe()),
        within(1.0).on(1, &ours, &chain::tower()),
        within(50.0).on_both(&ours, &chain::tower_resilience()),
    ]
}

fn closed(goal: u8, rounds: usize) -> Duel<'static> {
    part(
        goal,
        "the closed chain: limiter, bulkhead, breaker, retry, timeout",
        rounds,
    )
}

/// A part that is to cost no more than what one would use otherwise.
fn part(goal: u8, work: &str, rounds: usize) -> Duel<'_> {
    Duel {
        goal,
        work,
        limit: Times(1.0),
        rounds,
    }
}

fn against(duel: &Duel<'_>, ours: &Way, others: &[Way]) -> Vec<Row> {
    let mut row = |theirs| duel.on_both(ours, theirs);
    others.iter().map(&mut row).collect()
}

/// What a long run of the closed chain allocates beyond a short one, over the calls that it has more.
#[allow(clippy::cast_precision_loss, reason = "four digits are printed")]
fn allocations() -> Row {
    let ours = chain::ours();
    let [short, long] = [10_000, 110_000].map(|calls| counted(|| ours.run(calls)).0);
    let each = long.saturating_sub(short) as f64 / 100_000.0;
    Row::single(
        9,
        "allocations a call of the closed chain",
        "–",
        Allocations,
        each,
    )
}

fn played(way: &Way, calls: u64) -> u64 {
    way.run(calls);
    calls
}
