//! The decisions alone: tables of what leaves when, and what holds for whatever comes whenever.

use std::{fmt::Debug, time::Duration};

use proptest::prelude::*;
use tokio::time::Instant;

use crate::{
    stage::timed::{
        Batch, Debounce, Delay, Emission, HELD_MOST, Sample, Throttle, Timed, WINDOW_MOST, Window,
    },
    value::Rate,
};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// An operator on a clock that the test moves.
struct Bench<Op, Out> {
    op: Op,
    out: Emission<Out>,
    start: Instant,
    now: Instant,
    came: usize,
    left: Vec<(u64, Out, usize)>,
    left_out: usize,
}

impl<Op: Timed<u32, Out>, Out> Bench<Op, Out> {
    fn new(op: Op) -> Self {
        let start = Instant::now();
        Self {
            op,
            out: Emission::new(),
            start,
            now: start,
            came: 0,
            left: Vec::new(),
            left_out: 0,
        }
    }

    /// Puts down what left, and checks that every item is somewhere.
    fn note(&mut self) {
        let at = u64::try_from((self.now - self.start).as_millis()).expect("a short test");
        while let Some((output, made_of)) = self.out.pop() {
            self.left.push((at, output, made_of));
        }
        self.left_out += self.out.take_left_out();
        let gone: usize = self.left.iter().map(|(_, _, made_of)| made_of).sum();
        assert_eq!(
            self.came,
            gone + self.left_out + self.op.held(),
            "every item is somewhere"
        );
        assert!(
            self.op.has_room() || self.op.wake_at().is_some(),
            "there will be room"
        );
    }

    /// Lets the time pass, and does what is due at its own moment.
    fn pass_until(&mut self, now: Instant) {
        while let Some(at) = self.op.wake_at().filter(|at| *at <= now) {
            self.now = self.now.max(at);
            self.op.due(self.now, &mut self.out);
            self.note();
        }
        self.now = self.now.max(now);
    }

    fn accept(&mut self, item: u32, at: Duration) {
        self.pass_until(self.start + at);
        while !self.op.has_room() {
            let at = self.op.wake_at().expect("there will be room");
            self.pass_until(at);
        }
        self.came += 1;
        self.op.accept(item, self.now, &mut self.out);
        self.note();
    }

    fn finish(&mut self) {
        self.op.finish(self.now, &mut self.out);
        self.note();
        while self.op.held() > 0 {
            let at = self
                .op
                .wake_at()
                .expect("what is held after the end leaves at some time");
            self.pass_until(at);
        }
    }

    /// When each output left, and what it was.
    fn timeline(self) -> Vec<(u64, Out)> {
        self.left
            .into_iter()
            .map(|(at, output, _)| (at, output))
            .collect()
    }
}

/// What leaves when these items come at these milliseconds, and the input then ends.
fn timeline<Op: Timed<u32, Out>, Out>(op: Op, came: &[(u64, u32)]) -> Vec<(u64, Out)> {
    let mut bench = Bench::new(op);
    for &(at, item) in came {
        bench.accept(item, ms(at));
    }
    bench.finish();
    bench.timeline()
}

#[test]
fn batch_closes_when_full_or_in_time_after_the_first() {
    let came = [(0, 1), (0, 2), (0, 3), (5, 4), (14, 5), (15, 6), (16, 7)];
    assert_eq!(
        timeline(Batch::new(3, ms(10)), &came),
        [(0, vec![1, 2, 3]), (15, vec![4, 5]), (16, vec![6, 7])]
    );
    assert_eq!(timeline(Batch::new(1, ms(10)), &[(3, 1)]), [(3, vec![1])]);
    assert_eq!(timeline(Batch::new(3, ms(10)), &[]), []);
}

#[test]
fn window_keeps_to_its_spans() {
    let came = [(0, 1), (9, 2), (10, 3), (35, 4), (39, 5), (41, 6)];
    assert_eq!(
        timeline(Window::new(ms(10)), &came),
        [
            (10, vec![1, 2]),
            (20, vec![3]),
            (40, vec![4, 5]),
            (41, vec![6])
        ]
    );
}

#[test]
fn window_that_holds_its_most_closes_early() {
    let mut bench = Bench::new(Window::new(ms(10)));
    bench.accept(0, ms(0));
    for item in 1..=u32::try_from(WINDOW_MOST).expect("it is small") {
        bench.accept(item, ms(4));
    }
    bench.finish();
    let lengths: Vec<_> = bench
        .timeline()
        .iter()
        .map(|(at, items)| (*at, items.len()))
        .collect();
    assert_eq!(lengths, [(4, WINDOW_MOST), (4, 1)]);
}

#[test]
fn sample_gives_the_latest_of_each_span() {
    let came = [(0, 1), (9, 2), (12, 3), (35, 4), (39, 5), (41, 6), (42, 7)];
    assert_eq!(
        timeline(Sample::new(ms(10)), &came),
        [(10, 2), (20, 3), (40, 5), (42, 7)]
    );
}

#[test]
fn debounce_gives_what_nothing_followed_in_time() {
    let came = [(0, 1), (9, 2), (18, 3), (29, 4), (40, 5), (41, 6)];
    assert_eq!(
        timeline(Debounce::new(ms(10)), &came),
        [(28, 3), (39, 4), (41, 6)]
    );
}

#[test]
fn delay_keeps_the_time_of_each_item_even_at_the_end() {
    let came = [(0, 1), (0, 2), (7, 3)];
    assert_eq!(
        timeline(Delay::new(ms(10)), &came),
        [(10, 1), (10, 2), (17, 3)]
    );
}

#[test]
fn delay_takes_no_more_than_it_holds() {
    let mut delay = Delay::new(ms(10));
    let (now, mut out) = (Instant::now(), Emission::new());
    for item in 0..HELD_MOST {
        assert!(delay.has_room());
        delay.accept(item, now, &mut out);
    }
    assert!(!delay.has_room());
    delay.due(now + ms(10), &mut out);
    assert!(delay.has_room());
    assert_eq!(out.held(), HELD_MOST);
}

#[test]
fn throttle_paces_and_saves_nothing_up() {
    let came = [(0, 1), (0, 2), (0, 3), (100, 4), (101, 5), (115, 6)];
    let rate = Rate::per_second(100);
    assert_eq!(
        timeline(Throttle::new(rate), &came),
        [(0, 1), (10, 2), (20, 3), (100, 4), (110, 5), (120, 6)]
    );
}

#[test]
fn throttle_keeps_its_rate_on_a_timer_that_is_late() {
    let (start, mut out) = (Instant::now(), Emission::new());
    let mut throttle = Throttle::new(Rate::per_second(10_000));
    let mut now = start;
    for item in 0..1_000 {
        while !throttle.has_room() {
            let at = throttle.wake_at().expect("there will be room");
            now = now.max(at + Duration::from_micros(900));
            throttle.due(now, &mut out);
        }
        throttle.accept(item, now, &mut out);
    }
    let took = now - start;
    assert!(ms(98) < took && took < ms(102), "{took:?}");
}

#[test]
fn throttle_makes_up_for_little_after_a_long_stall() {
    let (start, mut out) = (Instant::now(), Emission::new());
    let mut throttle = Throttle::new(Rate::per_second(1_000));
    throttle.accept(0, start, &mut out);
    throttle.accept(1, start, &mut out);
    let now = start + Duration::from_mins(1);
    throttle.due(now, &mut out);
    let mut at_once = 0;
    while throttle.has_room() {
        throttle.accept(2, now, &mut out);
        at_once += 1;
    }
    assert_eq!(at_once, 21, "20ms of the pace, and the one that waits");
}

fn arrivals() -> impl Strategy<Value = Vec<(u64, u32)>> {
    prop::collection::vec(0..40_u64, 0..80).prop_map(|gaps| {
        let mut at = 0;
        let items = gaps.into_iter().zip(0..);
        items
            .map(|(gap, item)| {
                at += gap.saturating_sub(10);
                (at, item)
            })
            .collect()
    })
}

/// Whatever comes whenever, what left kept its order.
fn keeps_order<Op, Out>(
    op: Op,
    came: &[(u64, u32)],
    items: impl Fn(&Out) -> Vec<u32>,
) -> Vec<(u64, Out)>
where
    Op: Timed<u32, Out>,
    Out: Debug,
{
    let left = timeline(op, came);
    let order: Vec<_> = left.iter().flat_map(|(_, output)| items(output)).collect();
    assert!(order.is_sorted(), "{left:?}");
    left
}

proptest! {
    #[test]
    fn batch_loses_nothing_and_is_never_late(came in arrivals(), count in 1..9_usize, wait in 1..30_u64) {
        let left = keeps_order(Batch::new(count, ms(wait)), &came, Clone::clone);
        prop_assert_eq!(left.iter().map(|(_, batch)| batch.len()).sum::<usize>(), came.len());
        for (at, batch) in left {
            prop_assert!((1..=count).contains(&batch.len()));
            let (first, _) = came[batch[0] as usize];
            prop_assert!(at <= first + wait);
        }
    }

    #[test]
    fn window_loses_nothing_and_spans_do_not_mix(came in arrivals(), length in 1..30_u64) {
        let left = keeps_order(Window::new(ms(length)), &came, Clone::clone);
        prop_assert_eq!(left.iter().map(|(_, window)| window.len()).sum::<usize>(), came.len());
        for (_, window) in left {
            let span = |item: u32| (came[item as usize].0 - came[0].0) / length;
            prop_assert!(window.iter().all(|item| span(*item) == span(window[0])));
        }
    }

    #[test]
    fn sample_gives_one_item_of_each_span_at_most(came in arrivals(), length in 1..30_u64) {
        let left = keeps_order(Sample::new(ms(length)), &came, |item| vec![*item]);
        let span = |item: u32| (came[item as usize].0 - came[0].0) / length;
        prop_assert!(left.windows(2).all(|pair| span(pair[0].1) < span(pair[1].1)));
        prop_assert_eq!(left.last().map(|last| last.1), came.last().map(|last| last.1));
    }

    #[test]
    fn debounce_gives_what_was_followed_by_quiet(came in arrivals(), quiet in 1..30_u64) {
        let left = keeps_order(Debounce::new(ms(quiet)), &came, |item| vec![*item]);
        let last = |at: usize| came.get(at + 1).is_none_or(|next| next.0 >= came[at].0 + quiet);
        let expected: Vec<_> = (0..came.len()).filter(|at| last(*at)).map(|at| came[at].1).collect();
        prop_assert_eq!(left.into_iter().map(|(_, item)| item).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn delay_moves_every_item_by_the_same_time(came in arrivals(), wait in 1..30_u64) {
        let left = keeps_order(Delay::new(ms(wait)), &came, |item| vec![*item]);
        prop_assert_eq!(left, came.iter().map(|(at, item)| (at + wait, *item)).collect::<Vec<_>>());
    }

    #[test]
    fn throttle_loses_nothing_and_never_goes_faster(came in arrivals(), count in 1..500_u64) {
        let interval = 1000 / count;
        let left = keeps_order(Throttle::new(Rate::per_second(count)), &came, |item| vec![*item]);
        prop_assert_eq!(left.len(), came.len());
        prop_assert!(left.windows(2).all(|pair| pair[1].0 - pair[0].0 + 1 >= interval));
    }
}
