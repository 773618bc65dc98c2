//! Feedback loops end by themselves.

use super::*;

fn part(cycle: &Cycle, role: CycleRole) -> Heads {
    edge(EdgeOptions {
        capacity: 4,
        cycle: Some(CyclePlace {
            cycle: cycle.clone(),
            role,
        }),
        ..EdgeOptions::default()
    })
}

/// Sends every item on, one less, until it has come down to zero.
fn count_down(mut input: Merge<u32>, mut back: Sender<u32>) -> u32 {
    block_on(async {
        let mut turns = 0;
        loop {
            input.settle();
            if input.fill().await.is_none() {
                return turns;
            }
            for item in input.drain() {
                turns += 1;
                if item > 0 {
                    back.push(item - 1);
                }
            }
            back.flush().await;
        }
    })
}

fn pass_on(mut input: Receiver<u32>, mut output: Sender<u32>) {
    block_on(async {
        loop {
            input.settle();
            if input.fill().await.is_none() {
                return;
            }
            output.extend(input.drain());
            output.flush().await;
        }
    });
}

#[test]
fn loop_of_one_stage_ends() {
    explore(3, || {
        let cycle = Cycle::new();
        let (back, again, _back_probe) = part(&cycle, CycleRole::Feedback);
        let (outside, input, _entry_probe) = part(&cycle, CycleRole::Entry);
        let outside = sends(outside, [1, 0]);
        let turns = count_down(Merge::of(input).and(again), back);
        assert_eq!(turns, 3);
        assert!(cycle.is_over());
        join(outside);
    });
}

#[test]
fn loop_of_two_stages_ends() {
    explore(2, || {
        let cycle = Cycle::new();
        let (back, again, _back_probe) = part(&cycle, CycleRole::Feedback);
        let (inside, between, _inside_probe) = part(&cycle, CycleRole::Inside);
        let (outside, input, _entry_probe) = part(&cycle, CycleRole::Entry);
        let outside = sends(outside, [1]);
        let other = thread::spawn(move || pass_on(between, back));
        let turns = count_down(Merge::of(input).and(again), inside);
        assert_eq!(turns, 2);
        join(other);
        join(outside);
        assert!(cycle.is_over());
    });
}

#[test]
fn loop_whose_entry_is_closed_ends() {
    explore(3, || {
        let cycle = Cycle::new();
        let (back, again, _back_probe) = part(&cycle, CycleRole::Feedback);
        let (outside, input, entry) = part(&cycle, CycleRole::Entry);
        let closes = thread::spawn(move || entry.close());
        let outside = sends(outside, [0]);
        assert!(count_down(Merge::of(input).and(again), back) <= 1);
        join(closes);
        join(outside);
        assert!(cycle.is_over());
    });
}

/// The last item is settled in one thread while the last entry closes in another.
#[test]
fn last_item_and_last_entry_may_go_at_once() {
    explore(3, || {
        let cycle = Cycle::new();
        let (_back, mut again, _back_probe) = part(&cycle, CycleRole::Feedback);
        let (mut outside, mut input, _entry_probe) = part(&cycle, CycleRole::Entry);
        outside.push(0);
        outside.flush_now();
        let closes = thread::spawn(move || drop(outside));
        let settles = thread::spawn(move || {
            receive_one(&mut input);
            input.settle();
            input
        });
        assert_eq!(block_on(again.fill()), None);
        join(closes);
        drop(join(settles));
        assert!(cycle.is_over());
    });
}

#[test]
fn consumer_that_goes_ends_the_loop() {
    explore(3, || {
        let cycle = Cycle::new();
        let (_back, mut again, _back_probe) = part(&cycle, CycleRole::Feedback);
        let (outside, mut input, _entry_probe) = part(&cycle, CycleRole::Entry);
        let outside = sends(outside, [0, 1]);
        let goes = thread::spawn(move || {
            block_on(input.fill());
        });
        assert_eq!(block_on(again.fill()), None);
        join(outside);
        join(goes);
        assert_eq!(cycle.outstanding(), 0);
    });
}
