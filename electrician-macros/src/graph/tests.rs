//! What becomes of the words: drawings, islands, circles.

use proc_macro2::TokenStream;
use std::str::FromStr;

use super::*;
use crate::ast;
use crate::diagnostics::Diagnostics;

/// Builds the only pipeline of `source` and shows it to `look`.
fn built<T>(source: &str, look: impl FnOnce(&Graph) -> T) -> T {
    let mut diag = Diagnostics::default();
    let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
    let block = ast::parse(tokens, &mut diag);
    let graph = build(&block.pipelines[0], &mut diag);
    let found = look(&graph);
    let said: Vec<String> = diag
        .into_sorted()
        .into_iter()
        .map(|entry| entry.message)
        .collect();
    assert!(said.is_empty(), "{said:#?}");
    found
}

/// The islands, each as the names of its stages.
fn islands(source: &str) -> Vec<String> {
    built(source, |graph| {
        let names = |island: &Island| {
            island
                .stages
                .iter()
                .map(|id| graph.stage(*id).label.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        graph.islands.iter().map(names).collect()
    })
}

#[test]
fn draws_ports_options_and_queues() {
    let text = built(
        "Checkout(feed: Feed) {
            generator orders = poll(feed);
            handler parse;
            handler charge { workers: 32, retry: { attempts: 4, idempotent }, timeout: 2s };
            handler store;
            handler rejects;
            orders -> parse -> charge -> store with { buffer: 256, overflow: drop_oldest };
            parse.error -> rejects;
            charge.error -> _;
        }",
        mermaid,
    );
    insta::assert_snapshot!(text, @r#"
    flowchart LR
        orders(["orders"])
        parse["parse"]
        charge["charge<br/>workers: 32<br/>retry: 4<br/>timeout: 2s"]
        store["store"]
        rejects["rejects"]
        orders --> parse
        parse ==> charge
        charge ==>|"buffer: 256, drop_oldest"| store
        parse ==>|"error"| rejects
        charge -->|"error"| discard-0(("_"))
    "#);
}

#[test]
fn draws_islands_as_boxes_in_dot() {
    let text = built(
        "Route() {
            input r#type: Kind;
            handler big; handler small;
            r#type -> map(|k| k.size) -> filter(|n| *n > 0) -> match { n if n > 9 => n -> big, 1..=9 => small, _ => _ };
        }",
        dot,
    );
    insta::assert_snapshot!(text, @r#"
    digraph "Route" {
        rankdir=LR;
        "type" [label="type", shape=parallelogram];
        "big" [label="big", shape=box];
        "small" [label="small", shape=box];
        "map_1" [label="map_1", shape=hexagon];
        "filter_1" [label="filter_1", shape=hexagon];
        subgraph "cluster_1" { style=dotted; "map_1"; "filter_1"; }
        "type" -> "map_1" [style=bold];
        "map_1" -> "filter_1" [style=solid];
        "filter_1" -> "big" [style=bold, label="n if n > 9"];
        "filter_1" -> "small" [style=bold, label="1..=9"];
        "discard-0" [label="_", shape=point];
        "filter_1" -> "discard-0" [label="_"];
    }
    "#);
}

#[test]
fn a_run_without_queues_is_one_island() {
    assert_eq!(
        islands(
            "P { generator a; handler b; handler c { workers: 4 }; handler d; a -> map(f) -> b -> c -> d; }"
        ),
        ["a map_1 b", "c", "d"]
    );
    assert_eq!(
        islands("P { generator a; handler b { workers: 1 }; a -> b; }"),
        ["a b"]
    );
    assert_eq!(
        islands("P { generator a; handler b { buffer: 9 }; a -> b; }"),
        ["a", "b"]
    );
    assert_eq!(
        islands("P { generator a; handler b; a -> b with { buffer: 9 }; }"),
        ["a", "b"]
    );
    assert_eq!(
        islands("P { generator a; handler b; a -> batch(5, 1s) -> b; }"),
        ["a", "batch_1", "b"]
    );
    assert_eq!(
        islands("P { generator a; generator b; handler c; [a, b] -> c; }"),
        ["a", "b", "c"]
    );
    assert_eq!(
        islands("P { generator a; handler b; handler c; a -> [b, c]; }"),
        ["a", "b", "c"]
    );
}

#[test]
fn a_long_run_is_cut() {
    let sizes = |stages: usize, options: &str| -> Vec<usize> {
        let maps = "-> map(f) ".repeat(stages - 2);
        let source = format!("P {{ generator a; handler z {options}; a {maps}-> z; }}");
        let islands = islands(&source);
        islands
            .iter()
            .map(|island| island.split(' ').count())
            .collect()
    };
    assert_eq!(sizes(34, ""), [32, 2]);
    assert_eq!(sizes(10, "{ timeout: 1s }"), [8, 2]);
}

#[test]
fn islands_stand_in_topological_order() {
    assert_eq!(
        islands(
            "P { handler c { workers: 2 }; handler b { workers: 2 }; generator a; a -> b -> c; }"
        ),
        ["a", "b", "c"]
    );
}

#[test]
fn operators_never_take_a_declared_name() {
    assert_eq!(
        islands("P { generator map_1; handler map_2; map_1 -> map(f) -> map_2 -> map(f) -> _; }"),
        ["map_1 map_3 map_2 map_4"]
    );
}

#[test]
fn a_feedback_edge_closes_a_circle() {
    built(
        "P { generator a; handler b; handler c; a -> b -> [c, again]; handler again;
             again -> b with { feedback, buffer: 8, overflow: fail }; }",
        |graph| {
            assert_eq!(graph.cycles.len(), 1);
            let roles: Vec<_> = graph
                .edges
                .iter()
                .map(|edge| edge.cycle.map(|(_, role)| role))
                .collect();
            assert_eq!(
                roles,
                [
                    Some(CycleRole::Entry),
                    None,
                    Some(CycleRole::Inside),
                    Some(CycleRole::Feedback)
                ]
            );
        },
    );
}

#[test]
fn an_any_group_shares_one_edge_and_a_group_has_one_each() {
    built(
        "P { generator a; handler b; handler c; a -> any [b, c]; }",
        |graph| {
            assert_eq!(graph.edges.len(), 1);
            assert_eq!(graph.edges[0].to.len(), 2);
        },
    );
    built(
        "P { generator a; handler b; handler c; handler d; a -> [b, c] -> d; }",
        |graph| {
            assert_eq!(graph.edges.len(), 4);
            assert_eq!(graph.stages[3].inputs.len(), 2);
        },
    );
    built(
        "P { generator a; generator b; handler c; zip [b, a] -> c; }",
        |graph| {
            let from: Vec<usize> = graph.stages[3]
                .inputs
                .iter()
                .map(|id| graph.edge(*id).from.0.0)
                .collect();
            assert_eq!(from, [1, 0]);
        },
    );
}

#[test]
fn an_error_port_goes_before_a_default() {
    built(
        "P { defaults { on_error: skip, timeout: 2s } generator a; handler b; handler c; a -> b; b.error -> c; }",
        |graph| {
            assert!(graph.stages[0].options.on_error.is_some());
            assert!(graph.stages[0].options.timeout.is_none());
            assert!(graph.stages[1].options.on_error.is_none());
            assert!(graph.stages[1].options.timeout.is_some());
            assert!(graph.stages[2].options.on_error.is_some());
        },
    );
}
