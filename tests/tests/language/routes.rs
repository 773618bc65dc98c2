//! Routes: a real `match` on what leaves a port.

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

use super::support::{Order, Refused, order};

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Placed(Order),
    Paid { id: u64, cents: u64 },
    Cancelled(u64),
    Ping,
}

fn events() -> Script<Event> {
    let paid = |id, cents| Event::Paid { id, cents };
    Script::items([
        Event::Placed(order(2)),
        paid(1, 50),
        Event::Ping,
        paid(2, 5_000),
        Event::Cancelled(3),
        paid(3, 500),
    ])
}

pipeline! {
    Routed(
        events: Script<Event>,
        limit: u64,
        placed: Recorder<Order>,
        large: Recorder<(u64, u64)>,
        small: Recorder<u64>,
        rest: Recorder<Event>,
    ) {
        generator events = scripted(events);
        handler placed = record(placed);
        handler large = record(large);
        handler small = record(small);
        handler rest = record(rest);
        events -> match {
            Event::Placed(order) => order -> placed,
            Event::Paid { id, cents } if cents >= *limit => (id, cents) -> large,
            Event::Paid { cents: cents @ 0..=100, .. } => cents -> small,
            Event::Ping => _,
            Event::Cancelled(_) | Event::Paid { .. } => rest,
        };
    }
}

#[tokio::test(start_paused = true)]
async fn each_item_takes_the_first_arm_that_fits() {
    let (placed, large) = (Recorder::new(), Recorder::new());
    let (small, rest) = (Recorder::new(), Recorder::new());
    let routed = Routed {
        events: events(),
        limit: 1_000,
        placed: placed.clone(),
        large: large.clone(),
        small: small.clone(),
        rest: rest.clone(),
    };
    let report = run_to_end(routed).await;
    assert_clean(&report);
    assert_eq!(placed.items(), [order(2)]);
    assert_eq!(large.items(), [(2, 5_000)]);
    assert_eq!(small.items(), [50]);
    assert_eq!(
        rest.items(),
        [Event::Cancelled(3), Event::Paid { id: 3, cents: 500 }]
    );
    assert_eq!(report.stage("events").unwrap().stats.discarded, 1);
}

#[handler]
fn judged(order: &Order) -> Result<Order, Refused> {
    if order.id.is_multiple_of(2) {
        Ok(order.clone())
    } else {
        Err(Refused)
    }
}

pipeline! {
    ByReference(orders: Script<Order>, vip: String, vips: Recorder<Order>, others: Recorder<Order>) {
        generator orders = scripted(orders);
        handler vips = record(vips);
        handler others = record(others);
        orders -> match {
            Order { ref customer, .. } if customer == vip => vips,
            _ => others,
        };
    }

    Failures(orders: Script<Order>, cheap: Recorder<u64>, dear: Recorder<Failure<Order, Refused>>) {
        generator orders = scripted(orders);
        handler judged { workers: 2, ordered };
        handler cheap = record(cheap);
        handler dear = record(dear);
        orders -> judged -> _;
        judged.error -> match {
            Failure { item: Order { id, .. }, .. } if id < 4 => id -> cheap,
            _ => dear,
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_whole_item_goes_where_its_pattern_only_looks() {
    let (vips, others) = (Recorder::new(), Recorder::new());
    let orders = Script::items((0..6).map(order));
    let routed = ByReference {
        orders,
        vip: "customer 1".into(),
        vips: vips.clone(),
        others: others.clone(),
    };
    assert_clean(&run_to_end(routed).await);
    assert_eq!(vips.items(), [order(1), order(4)]);
    assert_eq!(others.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_error_port_is_routed_as_an_output_is() {
    let (cheap, dear) = (Recorder::new(), Recorder::new());
    let orders = Script::items((0..8).map(order));
    let report = run_to_end(Failures {
        orders,
        cheap: cheap.clone(),
        dear: dear.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(cheap.items(), [1, 3]);
    let dear = dear.take();
    assert_eq!(
        dear.iter()
            .map(|failure| failure.item.id)
            .collect::<Vec<_>>(),
        [5, 7]
    );
    assert!(
        dear.iter()
            .all(|failure| failure.stage == "judged" && failure.error() == Some(&Refused))
    );
}

#[handler]
async fn looked_at(item: u64) -> u64 {
    tokio::task::yield_now().await;
    item
}

pipeline! {
    Workers(numbers: Script<u64>, divisor: u64, even: Recorder<u64>, odd: Recorder<String>) {
        generator numbers = scripted(numbers);
        handler looked_at { workers: 4 };
        handler even = record(even);
        handler odd = record(odd);
        numbers -> looked_at -> match {
            n if n % divisor == 0 => even,
            n => format!("{n}/{divisor}") -> odd,
        };
    }
}

#[tokio::test(start_paused = true)]
async fn each_worker_routes_with_the_parameters_at_hand() {
    let (even, odd) = (Recorder::new(), Recorder::new());
    let workers = Workers {
        numbers: Script::items(0..4),
        divisor: 2,
        even: even.clone(),
        odd: odd.clone(),
    };
    assert_clean(&run_to_end(workers).await);
    assert_eq!(super::support::sorted(even.items()), [0, 2]);
    assert_eq!(super::support::sorted(odd.items()), ["1/2", "3/2"]);
}

pipeline! {
    Payloads(orders: Script<Order>, lines: Recorder<u64>) {
        generator orders = scripted(orders);
        handler lines = record(lines);
        handler summed = |lines: Vec<u64>| lines.into_iter().sum::<u64>();
        orders -> match {
            Order { lines, .. } if lines.is_empty() => _,
            Order { lines, .. } => lines -> summed,
        };
        summed -> lines;
    }
}

#[tokio::test(start_paused = true)]
async fn a_payload_types_its_branch() {
    let lines = Recorder::new();
    assert_clean(
        &run_to_end(Payloads {
            orders: Script::items([order(0), order(4)]),
            lines: lines.clone(),
        })
        .await,
    );
    assert_eq!(lines.items(), [6]);
}
