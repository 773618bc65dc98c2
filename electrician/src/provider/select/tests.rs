use super::*;
use proptest::prelude::*;
use std::{cell::Cell, collections::BTreeMap};

/// A backend as a selector sees it.
struct Seen {
    name: String,
    standing: Standing,
    load: Cell<usize>,
    /// How often it was looked at.
    looks: Cell<usize>,
}

impl Candidate for Seen {
    fn name(&self) -> &str {
        &self.name
    }
    fn standing(&self) -> Standing {
        self.looks.set(self.looks.get() + 1);
        self.standing
    }
    fn load(&self) -> usize {
        self.load.get()
    }
}

/// One candidate a letter: `R` is ready, `D` degraded, `-` out; their names are `0`, `1`, ….
fn stand(standings: &str) -> Vec<Seen> {
    let standing = |letter| match letter {
        'R' => Standing::Ready,
        'D' => Standing::Degraded,
        _ => Standing::Out,
    };
    let seen = standings.chars().enumerate().map(|(at, letter)| Seen {
        name: at.to_string(),
        standing: standing(letter),
        load: Cell::default(),
        looks: Cell::default(),
    });
    seen.collect()
}

fn choices(selector: &impl Selector, candidates: &[Seen], count: usize) -> Vec<Option<usize>> {
    (0..count).map(|_| selector.select(candidates)).collect()
}

/// How often each place was chosen.
fn counts(selector: &impl Selector, candidates: &[Seen], rounds: usize) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for at in choices(selector, candidates, rounds).into_iter().flatten() {
        *counts.entry(at).or_default() += 1;
    }
    counts
}

/// Whoever is chosen stands best among all; nobody is chosen where nobody can be called.
fn respects_health(selector: &impl Selector, candidates: &[Seen]) -> Result<(), TestCaseError> {
    let best = candidates.iter().map(Candidate::standing).max();
    let best = best.filter(|standing| *standing > Standing::Out);
    for chosen in choices(selector, candidates, 20) {
        prop_assert_eq!(chosen.map(|at| candidates[at].standing), best);
    }
    Ok(())
}

#[test]
fn the_first_healthy_one_is_the_first_in_the_order_of_creation() {
    for (standings, chosen) in [
        ("RR", Some(0)),
        ("-DR", Some(2)),
        ("-DD", Some(1)),
        ("--", None),
        ("", None),
    ] {
        assert_eq!(
            FirstHealthy.select(&stand(standings)),
            chosen,
            "{standings}"
        );
    }
}

#[test]
fn priority_is_that_of_the_list_and_of_nobody_else() {
    let priority = Priority::new(["2", "0", "9"]);
    for (standings, chosen) in [
        ("RRR", Some(2)),
        ("RR-", Some(0)),
        ("RRD", Some(0)),
        ("DRD", Some(2)),
        ("-R-", None),
    ] {
        assert_eq!(priority.select(&stand(standings)), chosen, "{standings}");
    }
}

#[test]
fn an_unavailable_default_is_passed_over_and_can_be_unset() {
    let preferred = Preferred::new("1");
    assert_eq!(preferred.select(&stand("RR")), Some(1));
    assert_eq!(preferred.select(&stand("R-")), Some(0));
    assert_eq!(preferred.select(&stand("RD")), Some(0));
    assert_eq!(preferred.select(&stand("-D")), Some(1));
    preferred.set("2");
    assert_eq!(preferred.select(&stand("RRR")), Some(2));
    preferred.unset();
    assert_eq!(preferred.select(&stand("RRR")), Some(0));
}

#[test]
fn a_lost_backends_share_is_spread_over_the_rest() {
    let counts = counts(&RoundRobin::new(), &stand("R-RR"), 3_000);
    assert_eq!(counts, [(0, 1_000), (2, 1_000), (3, 1_000)].into());
}

/// Each choice used to look at all of them: 10 µs for 32 backends.
#[test]
fn a_choice_costs_the_same_however_many_there_are() {
    fn looks(selector: &impl Selector, backends: usize) -> usize {
        let candidates = stand(&"R".repeat(backends));
        choices(selector, &candidates, 100);
        candidates.iter().map(|one| one.looks.get()).sum()
    }
    for backends in [2, 32, 1_000] {
        assert_eq!(looks(&RoundRobin::new(), backends), 100);
        assert_eq!(looks(&LeastLoaded, backends), 200);
        assert_eq!(looks(&FirstHealthy, backends), 100);
    }
}

#[test]
fn two_choices_are_drawn_among_the_healthy_however_few() {
    let candidates = stand("-D--R-----R----");
    let counts = counts(&LeastLoaded, &candidates, 1_000);
    assert!(counts.keys().eq(&[4, 10]), "{counts:?}");
    assert!(counts.values().all(|&count| count > 400), "{counts:?}");
}

#[test]
fn weights_are_spread_evenly() {
    let weighted = Weighted::new([("0", 5), ("1", 1), ("2", 1), ("3", 0)]);
    let turns = choices(&weighted, &stand("RRRR"), 7);
    assert_eq!(turns, [0, 0, 1, 0, 2, 0, 0].map(Some));
    assert_eq!(weighted.select(&stand("---RR")), None);
}

#[test]
fn one_that_was_out_does_not_catch_up() {
    let weighted = Weighted::new([("0", 1), ("1", 1)]);
    assert_eq!(counts(&weighted, &stand("R-"), 101), [(0, 101)].into());
    assert_eq!(
        counts(&weighted, &stand("RR"), 100),
        [(0, 50), (1, 50)].into()
    );
}

#[test]
fn of_two_that_are_drawn_the_idle_one_is_taken() {
    let candidates = stand("RR");
    candidates[0].load.set(3);
    assert_eq!(counts(&LeastLoaded, &candidates, 100), [(1, 100)].into());
    candidates[0].load.set(0);
    let even = counts(&LeastLoaded, &candidates, 1_000);
    assert!(even[&0] > 400 && even[&1] > 400, "{even:?}");
}

#[test]
fn two_choices_keep_the_load_even() {
    let candidates = stand("RRRRRRRRRRRRRRRR");
    fastrand::seed(7);
    for _ in 0..16_000 {
        let at = LeastLoaded.select(&candidates).unwrap();
        candidates[at].load.set(candidates[at].load() + 1);
    }
    let loads = candidates.iter().map(Candidate::load);
    let (most, least) = (loads.clone().max().unwrap(), loads.min().unwrap());
    assert!(most - least < 12, "from {least} to {most}");
}

proptest! {
    #[test]
    fn the_best_standing_is_chosen_by_all(standings in "[RD-]{0,12}") {
        let candidates = stand(&standings);
        let names = || (0..12).map(|name| name.to_string());
        respects_health(&FirstHealthy, &candidates)?;
        respects_health(&Priority::new(names()), &candidates)?;
        respects_health(&Preferred::new("3"), &candidates)?;
        respects_health(&RoundRobin::new(), &candidates)?;
        respects_health(&LeastLoaded, &candidates)?;
        respects_health(&Weighted::new(names().map(|name| (name, 2))), &candidates)?;
    }

    #[test]
    fn round_robin_differs_by_one_call_at_most(standings in "[R-]{1,12}", rounds in 0..200_usize) {
        let candidates = stand(&standings);
        let ready = standings.matches('R').count();
        let counts = counts(&RoundRobin::new(), &candidates, rounds);
        prop_assert!(counts.values().all(|&count| count.abs_diff(rounds / ready) <= 1));
        prop_assert!(rounds < ready || counts.len() == ready);
    }

    #[test]
    fn who_comes_and_goes_is_not_starved(
        history in prop::collection::vec("[R-]{4}", 0..60),
        weights in prop::collection::vec(1..6_u32, 4),
    ) {
        let names = (0..).map(|at: usize| at.to_string());
        let weighted = Weighted::new(names.zip(weights.iter().copied()));
        for standings in history {
            weighted.select(&stand(&standings));
        }
        let sum = weights.iter().sum::<u32>() as usize;
        let rounds = counts(&weighted, &stand("RRRR"), 10 * sum);
        for (at, &weight) in weights.iter().enumerate() {
            let given = rounds.get(&at).copied().unwrap_or(0);
            prop_assert!(given.abs_diff(10 * weight as usize) <= 4, "{at}: {given} of {}", 10 * weight);
        }
    }

    #[test]
    fn in_any_round_of_all_weights_each_gets_its_own(
        weights in prop::collection::vec(0..6_u32, 1..8),
        skipped in 0..50_usize,
    ) {
        let names = (0..).map(|at: usize| at.to_string());
        let weighted = Weighted::new(names.zip(weights.iter().copied()));
        let candidates = stand(&"R".repeat(weights.len()));
        choices(&weighted, &candidates, skipped * weights.iter().sum::<u32>() as usize);
        let round = counts(&weighted, &candidates, weights.iter().sum::<u32>() as usize);
        for (at, &weight) in weights.iter().enumerate() {
            prop_assert_eq!(round.get(&at).copied().unwrap_or(0), weight as usize);
        }
    }
}
