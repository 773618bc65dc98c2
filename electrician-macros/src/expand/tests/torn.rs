//! Blocks and functions that are torn, patched and shuffled: nothing makes a macro panic, and what is wrong is told.
//!
//! A hundred of each by default; `ELECTRICIAN_SOAK=1000000 cargo test -p electrician-macros --lib torn` tears so many.

use proc_macro2::{Delimiter, Group, LineColumn, TokenStream, TokenTree};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use std::str::FromStr;

use super::{BLOCKS, expands, sentences};
use crate::ast;
use crate::attribute;
use crate::diagnostics::Diagnostics;
use crate::{check, graph};

/// What a block is patched with: the words and signs of the language, and what stands in Rust.
const WORDS: [&str; 78] = [
    "generator",
    "handler",
    "pipeline",
    "input",
    "output",
    "defaults",
    "match",
    "any",
    "zip",
    "with",
    "_",
    "->",
    "=>",
    "=",
    ":",
    "::",
    ";",
    ",",
    ".",
    "..",
    "|",
    "||",
    "&",
    "*",
    "!",
    "?",
    "#",
    "#!",
    "<",
    ">",
    "+",
    "-",
    "/",
    "'a",
    "@",
    "$",
    "if",
    "move",
    "async",
    "pub",
    "where",
    "fn",
    "self",
    "Self",
    "super",
    "crate",
    "r#match",
    "a",
    "b",
    "parse",
    "source",
    "error",
    "neutral",
    "overflow",
    "workers",
    "rate_limit",
    "breaker",
    "retry",
    "key",
    "keys",
    "on_error",
    "skip",
    "feedback",
    "map",
    "filter",
    "batch",
    "take",
    "1",
    "0",
    "1.5",
    "5s",
    "5parsecs",
    "9999999999999999999d",
    "\"{a}\"",
    "'x'",
    "b\"x\"",
    "item",
    "T",
];

/// Functions for the attributes.
const FUNCTIONS: [&str; 8] = [
    "fn parse(line: &str) -> Result<Order, ParseError> { line.parse() }",
    "async fn charge<T: Clone + 'static>(order: &Order, gateway: &Gateway<T>, count: &mut u64) -> Option<Receipt> { pay().await }",
    "pub(crate) fn split<'a>(text: &'a str) -> impl Iterator<Item = Result<String, E>> + 'a { text.lines().map(own) }",
    "fn keep(item: Failure<(), E>, _: Arc<dyn Fn(u8) -> u8 + Send>) where E: Send {}",
    "async fn poll(feed: &Feed, mut out: Outlet<String>) -> Result<(), FeedError> { out.send(next()).await }",
    "fn numbers(count: u64) -> impl Iterator<Item = u64> { 0..count }",
    "fn stream(of: &[u8]) -> BoxStream<'static, Result<Vec<u8>, E>> { chunks(of).boxed() }",
    "async fn tick<const N: usize>() -> Work<[u8; N], E> { Work::Idle }",
];

/// The arguments of the attributes.
const ARGUMENTS: [&str; 6] = [
    "",
    "blocking",
    "fallible, many",
    "item",
    "every = \"1s\"",
    "crate = other::path",
];

/// One change: where, counted over all tokens at any depth, what, and with which word.
type Tear = (usize, u8, usize);

struct Torn<'t> {
    tears: &'t [Tear],
    at: usize,
}

impl Torn<'_> {
    fn tear(&mut self, tokens: TokenStream) -> Vec<TokenTree> {
        let mut torn: Vec<TokenTree> = Vec::new();
        for tree in tokens {
            let tear = self.tears.iter().find(|(at, ..)| *at == self.at).copied();
            self.at += 1;
            let tree = match tree {
                TokenTree::Group(group) => TokenTree::Group(Group::new(
                    group.delimiter(),
                    self.tear(group.stream()).into_iter().collect(),
                )),
                other => other,
            };
            let Some((_, how, word)) = tear else {
                torn.push(tree);
                continue;
            };
            let patch = TokenStream::from_str(WORDS[word % WORDS.len()]).unwrap_or_default();
            match how % 9 {
                0 => {}
                1 => torn.extend([tree.clone(), tree]),
                2 => torn.extend(patch),
                3 => {
                    torn.push(tree);
                    torn.extend(patch);
                }
                4 => {
                    let before = torn.pop();
                    torn.push(tree);
                    torn.extend(before);
                }
                5 => torn.extend(
                    TokenStream::from(tree)
                        .into_iter()
                        .flat_map(|tree| match tree {
                            TokenTree::Group(group) => group.stream(),
                            other => other.into(),
                        }),
                ),
                6 => return torn,
                how => {
                    let delimiters = [
                        Delimiter::Brace,
                        Delimiter::Bracket,
                        Delimiter::Parenthesis,
                        Delimiter::None,
                    ];
                    let delimiter = delimiters[(word + usize::from(how)) % 4];
                    let inside = torn.split_off(torn.len() - word.min(torn.len()).min(9));
                    torn.push(TokenTree::Group(Group::new(
                        delimiter,
                        inside.into_iter().chain([tree]).collect(),
                    )));
                }
            }
        }
        torn
    }
}

/// The source of a torn text. It is read again, so that each of its tokens has a place.
fn torn(source: &str, tears: &[Tear]) -> String {
    let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
    let trees = Torn { tears, at: 0 }.tear(tokens);
    trees.into_iter().collect::<TokenStream>().to_string()
}

fn tears() -> impl Strategy<Value = Vec<Tear>> {
    proptest::collection::vec((0usize..260, any::<u8>(), any::<usize>()), 1..7)
}

/// Nothing but words, with braces here and there.
fn soup() -> impl Strategy<Value = String> {
    let word = (0..WORDS.len()).prop_map(|at| WORDS[at].to_owned());
    let run = proptest::collection::vec(word, 0..8).prop_map(|words| words.join(" "));
    run.prop_recursive(4, 40, 6, |inner| {
        let group = (inner, 0..3).prop_map(|(inside, how)| match how {
            0 => format!("({inside})"),
            1 => format!("[{inside}]"),
            _ => format!("a {{ {inside} }}"),
        });
        proptest::collection::vec(group, 1..5).prop_map(|groups| groups.join(" "))
    })
}

/// Whatever the block: the expansion is Rust, what is said has a code, and each thing a place of its own.
fn judge_block(source: &str) {
    let Ok(tokens) = TokenStream::from_str(source) else {
        return;
    };
    let expansion = expands(tokens.clone());
    let parsed = syn::parse2::<syn::File>(expansion.clone());
    assert!(parsed.is_ok(), "{source}\n{:?}\n{expansion}", parsed.err());
    let mut diag = Diagnostics::default();
    let block = ast::parse(tokens, &mut diag);
    let graphs: Vec<_> = block
        .pipelines
        .iter()
        .map(|pipeline| graph::build(pipeline, &mut diag))
        .collect();
    check::check_block(&block, &mut diag);
    for graph in &graphs {
        check::check(graph, &mut diag);
    }
    let mut places = BTreeSet::new();
    for found in diag.into_sorted() {
        let LineColumn { line, column } = found.span.start();
        assert!(
            places.insert((line, column)),
            "{source}\n{} is the second there",
            found.message
        );
        assert!(has_code(&found.message), "{source}\n{}", found.message);
    }
    assert_eq!(places.len(), sentences(expansion).len(), "{source}");
}

fn judge_function(attribute: usize, source: &str) {
    let Ok(tokens) = TokenStream::from_str(source) else {
        return;
    };
    let args = TokenStream::from_str(ARGUMENTS[attribute % ARGUMENTS.len()])
        .expect("the arguments are tokens");
    let expand = if attribute.is_multiple_of(2) {
        attribute::handler
    } else {
        attribute::generator
    };
    let expansion = expand(args, tokens.clone());
    assert!(
        expansion.to_string().starts_with(&tokens.to_string()),
        "the function comes back as it is: {source}"
    );
    for sentence in sentences(expansion) {
        assert!(has_code(&sentence), "{source}\n{sentence}");
    }
}

fn has_code(sentence: &str) -> bool {
    sentence.starts_with("[E") && sentence.as_bytes().get(6) == Some(&b']')
}

fn run<S: Strategy>(strategy: S, judge: impl Fn(S::Value)) {
    let told = std::env::var("ELECTRICIAN_SOAK").ok();
    let cases = told.and_then(|told| told.parse().ok()).unwrap_or(100);
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let judged = TestRunner::new(config).run(&strategy, |case| {
        judge(case);
        Ok(())
    });
    if let Err(error) = judged {
        panic!("{error}");
    }
}

#[test]
fn a_torn_block_is_refused_in_order() {
    run((0..BLOCKS.len(), tears()), |(block, tears)| {
        judge_block(&torn(BLOCKS[block], &tears));
    });
}

#[test]
fn a_soup_of_words_is_refused_in_order() {
    run(soup(), |source| judge_block(&source));
}

#[test]
fn a_torn_function_comes_back_as_it_is() {
    run(
        (any::<usize>(), 0..FUNCTIONS.len(), tears()),
        |(attribute, function, tears)| {
            let tears: Vec<Tear> = tears
                .into_iter()
                .map(|(at, how, word)| (at % 40, how, word))
                .collect();
            judge_function(attribute, &torn(FUNCTIONS[function], &tears));
        },
    );
}

#[test]
fn the_functions_are_good_before_they_are_torn() {
    for (at, function) in FUNCTIONS.iter().enumerate() {
        let tokens = TokenStream::from_str(function).expect("the function is made of tokens");
        let args = if at == 7 { ARGUMENTS[4] } else { ARGUMENTS[0] };
        let args = TokenStream::from_str(args).expect("the arguments are tokens");
        let expand = if at < 4 {
            attribute::handler
        } else {
            attribute::generator
        };
        let found = sentences(expand(args, tokens));
        assert!(found.is_empty(), "{function}\n{found:#?}");
    }
}
