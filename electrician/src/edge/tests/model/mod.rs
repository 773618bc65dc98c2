//! Random histories of several heads, each a task that acts only when it was woken, beside a plain queue that says
//! what must come of every step.

mod consumer;
mod laws;
mod producer;
mod world;

use proptest::prelude::*;

use super::*;
use world::World;

/// The most heads that a side has at once.
const HEADS: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Step {
    Push(usize, u8),
    /// Pushes items for which there may be no room, as one does that makes many of one.
    Extend(usize, u8),
    Flush(usize),
    FlushNow(usize),
    /// Awaits a flush, and gives up at once.
    TryFlush(usize),
    /// Offers an item, and gives up at once.
    TryOffer(usize),
    CloneSender(usize),
    DropSender(usize),
    Fill(usize),
    TakeNow(usize),
    /// Awaits a chunk, and gives up at once.
    TryFill(usize),
    Pop(usize, u8),
    Enough(usize),
    CloneReceiver(usize),
    DropReceiver(usize),
    Close,
}

impl Step {
    /// Whether an edge may lose items by it even if it blocks when it is full.
    fn may_lose(self) -> bool {
        matches!(
            self,
            Self::Close | Self::DropSender(_) | Self::DropReceiver(_)
        )
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let head = || 0..HEADS;
    let step = prop_oneof![
        10 => (head(), 1..6_u8).prop_map(|(head, items)| Step::Push(head, items)),
        2 => (head(), 1..40_u8).prop_map(|(head, items)| Step::Extend(head, items)),
        8 => head().prop_map(Step::Flush),
        2 => head().prop_map(Step::FlushNow),
        2 => head().prop_map(Step::TryFlush),
        2 => head().prop_map(Step::TryOffer),
        1 => head().prop_map(Step::CloneSender),
        1 => head().prop_map(Step::DropSender),
        8 => head().prop_map(Step::Fill),
        2 => head().prop_map(Step::TakeNow),
        2 => head().prop_map(Step::TryFill),
        8 => (head(), 1..20_u8).prop_map(|(head, items)| Step::Pop(head, items)),
        1 => head().prop_map(Step::CloneReceiver),
        1 => head().prop_map(Step::DropReceiver),
    ];
    let seldom = prop_oneof![
        3 => head().prop_map(Step::Enough),
        1 => Just(Step::Close),
    ];
    proptest::collection::vec(prop_oneof![80 => step, 1 => seldom], 0..250)
}

fn options() -> impl Strategy<Value = EdgeOptions> {
    let overflow = prop_oneof![
        3 => Just(Overflow::Block),
        1 => Just(Overflow::DropNewest),
        1 => Just(Overflow::DropOldest),
        1 => Just(Overflow::Fail),
    ];
    let capacity = prop_oneof![1..4_usize, 1..60_usize];
    let heads = || 1..=HEADS;
    let single = proptest::bool::weighted(0.2);
    (capacity, overflow, heads(), heads(), single).prop_map(
        |(capacity, overflow, senders, receivers, single)| EdgeOptions {
            capacity,
            overflow,
            senders,
            receivers,
            single,
            ..EdgeOptions::default()
        },
    )
}

/// So many, or as many as `PROPTEST_CASES` says.
pub(super) fn cases(few: u32) -> ProptestConfig {
    let told = std::env::var("PROPTEST_CASES").ok();
    ProptestConfig {
        cases: told.and_then(|cases| cases.parse().ok()).unwrap_or(few),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn every_history_keeps_the_promises_and_ends(options in options(), steps in steps()) {
        let mut world = World::new(options);
        for step in steps {
            world.step(step);
        }
        world.finish();
        world.judge();
    }

    #[test]
    fn blocking_edge_loses_nothing_while_its_heads_live(options in options(), steps in steps()) {
        let mut world = World::new(EdgeOptions { overflow: Overflow::Block, ..options });
        for step in steps.into_iter().filter(|step| !step.may_lose()) {
            world.step(step);
        }
        world.finish();
        prop_assert_eq!(world.popped, world.pushed);
        world.judge();
    }
}
