//! Random pipelines: good ones pass, bad ones are reported inside the block, and nothing panics.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use proptest::prelude::*;
use std::str::FromStr;

use super::{judge, said};

/// A tree of stages below one generator: for each handler the stage that it hangs on, and how.
#[derive(Debug, Clone)]
struct Tree {
    parents: Vec<(usize, bool)>,
}

fn trees() -> impl Strategy<Value = Tree> {
    let parents = (0usize..12).prop_flat_map(|size| {
        (0..=size)
            .map(|stage| (0..=stage, any::<bool>()))
            .collect::<Vec<_>>()
    });
    parents.prop_map(|parents| Tree { parents })
}

impl Tree {
    /// The statements of a pipeline in which everything is wired.
    fn source(&self) -> String {
        let mut lines = vec!["P { generator s0;".to_owned()];
        let mut outputs = vec![Vec::new(); self.parents.len() + 1];
        let mut errors = outputs.clone();
        for (at, (parent, by_error)) in self.parents.iter().enumerate() {
            let child = format!("s{}", at + 1);
            lines.push(format!("handler {child};"));
            let by_error = *by_error && *parent > 0;
            let ports = if by_error { &mut errors } else { &mut outputs };
            ports[*parent].push(child);
        }
        for (port, children) in [("", outputs), (".error", errors)] {
            for (at, children) in children.into_iter().enumerate() {
                match &children[..] {
                    [] if at == 0 && port.is_empty() => lines.push("s0 -> _;".to_owned()),
                    [] => {}
                    [one] => lines.push(format!("s{at}{port} -> {one};")),
                    many => lines.push(format!("s{at}{port} -> [{}];", many.join(", "))),
                }
            }
        }
        lines.push("}".to_owned());
        lines.join("\n")
    }
}

/// Ways to spoil a pipeline, each of which must be noticed.
fn spoil(source: &str, way: usize, at: usize) -> String {
    let body = source.trim_end_matches('}');
    let stage = format!("s{at}");
    match way {
        0 => format!("{body} {stage} -> nowhere; }}"),
        1 => format!("{body} handler {stage}; }}"),
        2 => format!("{body} handler orphan; }}"),
        3 => format!("{body} {stage}.sideways -> _; }}"),
        4 => format!("{body} {stage} -> s0; }}"),
        5 => format!("{body} handler again {{ workers: 0 }}; {stage} -> again; }}"),
        6 => format!("{body} {stage} ->; }}"),
        _ => format!("{body} handler x; handler y; x -> y -> x; }}"),
    }
}

/// Real blocks, to be torn apart.
const BLOCKS: [&str; 3] = [
    "pub Checkout<T>(feed: Feed, db: Pool) where T: Send { defaults { on_error: skip }
        generator orders = poll(feed) { on_error: stop };
        handler charge = f(db) { workers: 32, retry: { attempts: 4, backoff: 50ms..2s, idempotent }, timeout: 2s };
        orders -> map(|x| x + 1) -> charge with { buffer: 256, overflow: drop_oldest }; charge.error -> _; }",
    "#![inspect] R { input i: Vec<u8>; handler a = |x| x; handler b; output o: u8;
        i -> match { Some(x) if x > 2 => x -> a, [1, ..] => b, _ => _ }; [a, b] -> batch(5, 1s) -> o; }",
    "Z { generator a; generator b; handler c; handler d; zip [a, b] -> any [c, d]; c -> x; handler x; 
        x -> c with { feedback, buffer: 3, overflow: fail }; } Y { pipeline p = Z(); generator g; g -> p -> _; }",
];

/// Leaves out, doubles or swaps tokens, at any depth.
fn tear(tokens: TokenStream, cuts: &mut impl Iterator<Item = u8>) -> TokenStream {
    let mut torn: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let delimiter = match cuts.next() {
                    Some(0) => Delimiter::Brace,
                    Some(1) => Delimiter::None,
                    _ => group.delimiter(),
                };
                TokenTree::Group(Group::new(delimiter, tear(group.stream(), cuts)))
            }
            other => other,
        };
        match cuts.next() {
            Some(0 | 1) => {}
            Some(2) => torn.extend([token.clone(), token]),
            Some(3) => {
                let before = torn.pop();
                torn.push(token);
                torn.extend(before);
            }
            Some(4) => return torn.into_iter().collect(),
            _ => torn.push(token),
        }
    }
    torn.into_iter().collect()
}

proptest! {
    #[test]
    fn a_pipeline_in_which_everything_is_wired_is_accepted(tree in trees()) {
        let source = tree.source();
        let found: Vec<String> = said(&source).into_iter().map(|one| one.message).collect();
        prop_assert!(found.is_empty(), "{source}\n{found:#?}");
    }

    #[test]
    fn a_spoiled_pipeline_is_reported_inside_the_block(tree in trees(), way in 0usize..8, at in 0usize..12) {
        let source = spoil(&tree.source(), way, at.min(tree.parents.len()));
        let found = said(&source);
        prop_assert!(!found.is_empty(), "{source}");
        let lines: Vec<&str> = source.lines().collect();
        for one in found {
            let place = one.span.start();
            let inside = place.line >= 1 && place.line <= lines.len() && place.column < lines[place.line - 1].len();
            prop_assert!(inside, "{source}\n{} at {place:?}", one.message);
            prop_assert!(one.message.starts_with("[E"), "{}", one.message);
        }
    }

    #[test]
    fn no_token_soup_makes_it_panic(
        block in 0..BLOCKS.len(),
        cuts in proptest::collection::vec(0u8..60, 0..400),
    ) {
        let tokens = TokenStream::from_str(BLOCKS[block]).expect("the block is made of tokens");
        judge(tear(tokens, &mut cuts.into_iter()));
    }
}

#[test]
fn the_blocks_are_good_before_they_are_torn() {
    for block in BLOCKS {
        super::accepts(block);
    }
}
