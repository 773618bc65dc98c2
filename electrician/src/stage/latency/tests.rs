//! A histogram is compared with the sorted durations themselves.

use std::{sync::Barrier, thread};

use proptest::prelude::*;

use super::*;
use crate::{
    pipeline::{Control, StageHandle},
    stage::Cell,
};

fn recorded(durations: &[(u64, u64)]) -> Latency {
    let cell = LatencyCell::default();
    for (nanos, weight) in durations {
        cell.record(*nanos, *weight);
    }
    cell.latency()
}

/// Durations of every magnitude, as likely as one another, and their weights.
fn durations(most: usize) -> impl Strategy<Value = Vec<(u64, u64)>> {
    let nanos = (0..=42_u32, any::<u64>()).prop_map(|(octave, n)| (n >> 22) >> (42 - octave));
    prop::collection::vec((nanos, 1..=64_u64), 1..most)
}

/// What a sorted vector says of this share of the calls, each as often as it weighs.
fn exact(durations: &[(u64, u64)], share: f64) -> u64 {
    let mut all: Vec<_> = durations
        .iter()
        .flat_map(|(nanos, weight)| iter::repeat_n(*nanos, usize::try_from(*weight).unwrap()))
        .collect();
    all.sort_unstable();
    let rank = rank(share, all.len() as u64);
    all[usize::try_from(rank).unwrap() - 1]
}

fn nanos(duration: Option<Duration>) -> u64 {
    u64::try_from(duration.unwrap().as_nanos()).unwrap()
}

proptest! {
    #[test]
    fn a_quantile_is_within_a_sixteenth(durations in durations(200), share in 0.0..=1.0) {
        let latency = recorded(&durations);
        for share in [share, 0.0, 0.5, 0.99, 1.0] {
            let (told, exact) = (nanos(latency.quantile(share)), exact(&durations, share));
            prop_assert!(told.abs_diff(exact) * 16 <= exact, "{told} for {exact}");
        }
    }

    #[test]
    fn quantiles_rise_up_to_the_longest(durations in durations(50), a in 0.0..=1.0, b in 0.0..=1.0) {
        let latency = recorded(&durations);
        let (less, more) = (f64::min(a, b), f64::max(a, b));
        prop_assert!(latency.quantile(less) <= latency.quantile(more));
        prop_assert!(latency.quantile(more) <= latency.max());
        prop_assert_eq!(latency.quantile(1.0), latency.max());
    }

    #[test]
    fn count_mean_and_max_are_exact(durations in durations(200)) {
        let latency = recorded(&durations);
        let count: u64 = durations.iter().map(|(_, weight)| weight).sum();
        let sum: u64 = durations.iter().map(|(nanos, weight)| nanos * weight).sum();
        prop_assert_eq!(latency.count(), count);
        prop_assert_eq!(nanos(latency.mean()), sum / count);
        prop_assert_eq!(nanos(latency.max()), durations.iter().map(|(nanos, _)| *nanos).max().unwrap());
    }

    #[test]
    fn a_merge_is_as_if_all_were_recorded_in_one(a in durations(50), b in durations(50), c in durations(50)) {
        let mut merged = Latency::default();
        for part in [&a, &b, &c] {
            merged.merge(&recorded(part));
        }
        prop_assert_eq!(merged, recorded(&[a, b, c].concat()));
    }

    #[test]
    fn a_weight_is_as_many_records(durations in durations(50)) {
        let one_by_one: Vec<_> = durations
            .iter()
            .flat_map(|(nanos, weight)| (0..*weight).map(|_| (*nanos, 1)))
            .collect();
        prop_assert_eq!(recorded(&durations), recorded(&one_by_one));
    }

    #[test]
    fn a_duration_lies_in_its_cell(nanos in 0..=LONGEST) {
        let (least, width) = span(index(nanos));
        prop_assert!((least..least + width).contains(&nanos));
        prop_assert!(width == 1 || width * PARTS <= least);
    }

    #[test]
    fn no_record_is_too_much(durations in prop::collection::vec((any::<u64>(), any::<u64>()), 1..20)) {
        let latency = recorded(&durations);
        let mut twice = latency.clone();
        twice.merge(&latency);
        for latency in [latency, twice] {
            prop_assert!(latency.p50() <= latency.p99());
            prop_assert!(latency.mean() <= latency.max());
        }
    }
}

#[test]
fn the_cells_follow_one_another() {
    let mut next = 0;
    for cell in 0..CELLS {
        let (least, width) = span(cell);
        assert_eq!((least, index(least)), (next, cell));
        next = least + width;
        assert_eq!(index(next - 1), cell);
    }
    assert_eq!(next, LONGEST + 1);
    assert!(Duration::from_nanos(next) > Duration::from_hours(1));
}

#[test]
fn what_is_too_long_counts_as_the_longest() {
    for nanos in [LONGEST, LONGEST + 1, u64::MAX] {
        let latency = recorded(&[(nanos, 3)]);
        let longest = Some(Duration::from_nanos(LONGEST));
        assert_eq!((latency.count(), latency.max()), (3, longest));
        assert_eq!((latency.quantile(1.0), latency.mean()), (longest, longest));
        assert_eq!(latency, recorded(&[(LONGEST, 3)]));
    }
}

#[test]
fn a_share_outside_of_its_range_is_the_nearest() {
    let latency = recorded(&[(3, 1), (5, 1), (7, 1)]);
    let least = Some(Duration::from_nanos(3));
    for share in [-1.0, 0.0, f64::NEG_INFINITY, f64::NAN] {
        assert_eq!(latency.quantile(share), least);
    }
    for share in [1.0, 1.5, f64::INFINITY] {
        assert_eq!(latency.quantile(share), latency.max());
    }
}

#[test]
fn nothing_measured_says_so() {
    let nothing = [Latency::default(), recorded(&[]), recorded(&[(5, 0)])];
    for latency in nothing {
        assert!(latency.is_empty());
        assert_eq!((latency.count(), latency.mean()), (0, None));
        assert_eq!((latency.max(), latency.p50()), (None, None));
        assert_eq!(latency.to_string(), "nothing measured");
        assert_eq!(latency, Latency::default());
    }
}

#[test]
fn a_call_of_no_time_is_a_call() {
    let latency = recorded(&[(0, 64)]);
    assert_eq!((latency.count(), latency.is_empty()), (64, false));
    assert_eq!(latency.to_string(), "p50 0ns p99 0ns");
}

#[test]
fn shown_are_two_digits() {
    let table = [
        (0, "0ns"),
        (7, "7ns"),
        (99, "99ns"),
        (994, "990ns"),
        (996, "1µs"),
        (1_249, "1.2µs"),
        (9_960, "10µs"),
        (847_000, "850µs"),
        (1_200_000, "1.2ms"),
        (8_049_000, "8ms"),
        (73_400_000_000, "73s"),
        (LONGEST, "4400s"),
    ];
    for (nanos, shown) in table {
        let duration = rounded(Duration::from_nanos(nanos));
        assert_eq!(format!("{duration:?}"), shown);
    }
    assert_eq!(
        rounded(Duration::MAX),
        rounded(Duration::from_nanos(u64::MAX))
    );
}

#[test]
fn no_cell_is_allocated_before_the_first_record() {
    let cell = LatencyCell::default();
    cell.record(1, 0);
    assert!(cell.cells.get().is_none());
    cell.record(1, 1);
    assert_eq!(size_of_val(&**cell.cells.get().unwrap()), 2560);
}

#[test]
fn a_reader_beside_the_writer_sees_counts_that_only_rise() {
    let (cell, together) = (LatencyCell::default(), Barrier::new(2));
    let mut rng = fastrand::Rng::with_seed(7);
    thread::scope(|threads| {
        let writer = threads.spawn(|| {
            together.wait();
            for n in 0..200_000 {
                cell.record(rng.u64(..) >> (n % 64), 1 + n % 3);
            }
        });
        together.wait();
        let mut before = 0;
        while !writer.is_finished() {
            let latency = cell.latency();
            assert!(latency.count() >= before);
            before = latency.count();
            assert!(latency.p50() <= latency.p99() && latency.p99() <= latency.max());
            assert_eq!(latency.mean().is_some(), before > 0);
        }
    });
    let all = (0..200_000).map(|n| 1 + n % 3).sum::<u64>();
    assert_eq!(cell.latency().count(), all);
}

#[test]
fn a_handle_merges_the_workers() {
    let handle = StageHandle::idle();
    assert!(handle.latency().is_empty());
    let cell = Cell::new("charge", "charge".into(), Control::new(), None, None);
    handle.bind(&cell);
    for (worker, n) in [cell.tally(), cell.tally()].iter().zip(1..) {
        worker.latency.record(n * 1_000_000, 50);
    }
    cell.tally();
    let latency = handle.latency();
    assert_eq!(latency.count(), 100);
    assert_eq!(latency.max(), Some(Duration::from_millis(2)));
    assert_eq!(latency.mean(), Some(Duration::from_micros(1500)));
    assert_eq!(latency.to_string(), "p50 1ms p99 2ms");
}
