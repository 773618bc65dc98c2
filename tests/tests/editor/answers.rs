//! Hover, go to definition and completion in a block.

use super::analyzer::{Analyzer, is_installed};

const BEFORE: &str = "use electrician::prelude::*;
use std::sync::{Arc, atomic::{AtomicU64, Ordering::Relaxed}};

pub struct Order { pub number: u64, pub price: u64 }
pub struct Limits { pub count: u64, pub least: u64 }

#[generator]
fn feed(count: &u64) -> impl Iterator<Item = Order> { (0..*count).map(|number| Order { number, price: number }) }
#[handler]
fn check(order: Order) -> Option<Order> { Some(order) }
#[handler]
async fn charge(order: Order, sum: &AtomicU64) { sum.fetch_add(order.price, Relaxed); }

";

/// The source with these lines in the pipeline.
fn with(lines: &str) -> String {
    format!(
        "{BEFORE}pipeline! {{\n    Shop(limits: Limits, sum: Arc<AtomicU64>) {{\n{lines}\n    }}\n}}\n"
    )
}

const WHOLE: &str = "generator orders = feed(limits.count);
handler valid = check;
handler charge = charge(sum) { buffer: 64 };
orders -> filter(|order| order.price > limits.least) -> valid -> charge;";

/// The whole pipeline with the cursor at the beginning of the word of that many chances.
fn at(word: &str, chance: usize) -> String {
    let found = WHOLE.match_indices(word).nth(chance);
    let (place, _) = found.expect("the word is there");
    with(&format!("{}§{}", &WHOLE[..place], &WHOLE[place..]))
}

/// It takes the server a while to start, so it is started once.
#[test]
fn an_editor_knows_what_the_words_of_a_block_mean() {
    if !is_installed() {
        eprintln!("there is no rust-analyzer here, and rustup cannot fetch one: nothing was asked");
        return;
    }
    let mut analyzer = Analyzer::on(&with(WHOLE));
    words_lead_to_their_definitions(&mut analyzer);
    a_hover_shows_what_the_user_means(&mut analyzer);
    what_may_follow_is_offered(&mut analyzer);
}

fn words_lead_to_their_definitions(analyzer: &mut Analyzer) {
    let block = BEFORE.matches('\n').count() as u64;
    for (word, chance, line) in [
        ("feed", 0, 8),
        ("check", 0, 10),
        ("charge", 1, 12),
        ("limits", 0, block + 2),
        ("count", 0, 5),
        ("limits", 1, block + 2),
        ("price", 0, 4),
        ("orders", 0, block + 3),
        ("valid", 0, block + 4),
        ("orders", 1, block + 3),
        ("valid", 1, block + 4),
        ("charge", 2, block + 5),
    ] {
        let lines = analyzer.defined_in(&at(word, chance));
        assert_eq!(lines, [Some(line)], "`{word}`, number {chance}");
    }
}

fn a_hover_shows_what_the_user_means(analyzer: &mut Analyzer) {
    for (word, chance, shown) in [
        ("limits", 0, "limits: &Limits"),
        ("price", 0, "price: u64"),
        ("valid", 1, "The stage valid"),
        ("filter", 0, "fn filter"),
    ] {
        let shows = analyzer.shows(&at(word, chance));
        assert!(shows.contains(shown), "`{word}`, number {chance}: {shows}");
    }
}

fn what_may_follow_is_offered(analyzer: &mut Analyzer) {
    let orders = "generator orders = feed(limits.count);\n";
    let stages = "handler valid = check;\nhandler charge = charge(sum);\n";
    let order = ["number", "price"];
    let handles = ["orders", "valid", "charge"];
    for (lines, offered) in [
        (
            format!("{orders}{stages}orders -> filter(|order| order.§) -> charge;"),
            &order[..],
        ),
        (
            format!("{orders}{stages}orders -> filter(|order| order.§"),
            &order,
        ),
        (
            format!("{orders}{stages}orders -> filter(|order| order.pr§) -> charge;"),
            &order[1..],
        ),
        (
            format!(
                "{orders}{stages}orders -> match {{ order if order.§ > 3 => order -> charge, _ => _ }};"
            ),
            &order,
        ),
        (
            format!("generator orders = feed(limits.§);\n{stages}orders -> charge;"),
            &["count", "least"],
        ),
        (
            format!("generator orders = feed(limits.§\n{stages}orders -> charge;"),
            &["count", "least"],
        ),
        (
            format!("generator orders = fe§;\n{stages}orders -> charge;"),
            &["feed"],
        ),
        (format!("{orders}handler valid = che§"), &["check"]),
        (
            format!("{orders}{stages}orders -> va§ -> charge;"),
            &handles,
        ),
        (format!("{orders}{stages}orders -> valid -> §;"), &handles),
        (
            format!(
                "{orders}handler charge = charge(sum) {{ workers: limits.§ }};\norders -> charge;"
            ),
            &["count", "least"],
        ),
    ] {
        let offers = analyzer.offers(&with(&lines));
        for word in offered {
            assert!(
                offers.iter().any(|offer| offer.starts_with(word)),
                "`{word}` is not offered in\n{lines}\nbut {offers:?}"
            );
        }
    }
}
