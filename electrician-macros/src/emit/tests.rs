//! What a block expands to: the same bytes each time, nothing of ours by the wrong name, and short enough to read.

use proc_macro2::{TokenStream, TokenTree};
use std::str::FromStr;

use crate::diagnostics::Diagnostics;
use crate::{ast, check, graph, inspect};

const CHECKOUT: &str = r"
    /// Charges orders.
    pub Checkout<T: Clone>(feed: Feed<T>, limit: u64, pause: Duration) where T: Send + 'static {
        generator orders = poll(feed, &config.url) { on_error: stop };
        handler parse = parse_order { workers: 4, ordered };
        /// Is paid.
        handler charge = charge_order(limit) {
            workers: *limit, retry: { attempts: 3, backoff: 50ms..1.5s, when: |e| e.code > *limit, idempotent },
            breaker: { consecutive: 3, when_open: wait }, timeout: *pause, on_panic: { restarts: 1, within: 1min },
        };
        handler later = async |item: T| -> Result<(), E> { wait(*limit).await };
        pipeline inner = Inner(feed.name, limit) { buffer: 8 };
        input more: T;
        output done: Receipt;
        handler rejects;
        [orders, more] -> parse -> match {
            Order { total, .. } if total > *limit => total -> again,
            Order::Cancelled => _,
            _ => charge,
        };
        handler again = (|total| total) { workers: 2, key: |t| *t % *limit };
        again -> filter(|t| t < limit) -> distinct(|t| t.id) -> batch(10, 1s) -> flatten() -> take(5) -> [done, inner];
        inner -> [later, rejects];
        charge -> any [done, other];
        handler other;
        zip [other, extra] -> rejects;
        generator extra;
        [parse.error, charge.error, later.error] -> rejects;
    }
";

const SMALL: &str = r#"
    /// Adds up numbers.
    pub Sum(sum: Arc<AtomicU64>) {
        generator lines = read_lines();
        handler parse = parse_number;
        handler add = add_up(sum) {
            on_panic: { restarts: 5, within: 1min, backoff: 100ms..5s },
        };
        handler reject = (|failure| eprintln!("{failure}")) { workers: 1 };
        lines -> parse -> filter(|number| *number > 0) -> add;
        parse.error -> reject;
    }
"#;

fn expands(source: &str, headings: bool) -> TokenStream {
    let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
    let mut diagnostics = Diagnostics::default();
    let block = ast::parse(tokens, &mut diagnostics);
    let graph = graph::build(&block.pipelines[0], &mut diagnostics);
    check::check(&graph, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:#?}", diagnostics.into_sorted());
    super::emit(&graph, headings)
}

fn identifiers(tokens: TokenStream) -> Vec<String> {
    let words = tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Ident(word) => vec![word.to_string()],
        TokenTree::Group(group) => identifiers(group.stream()),
        _ => Vec::new(),
    });
    words.collect()
}

#[test]
fn expands_to_the_same_bytes_each_time() {
    for source in [CHECKOUT, SMALL] {
        let once = expands(source, true).to_string();
        assert_eq!(once, expands(source, true).to_string());
        assert_eq!(
            inspect::readable(&expands(source, true)),
            inspect::readable(&expands(source, true))
        );
    }
}

#[test]
fn expands_to_a_file_of_rust() {
    let file: syn::File = syn::parse2(expands(CHECKOUT, false)).expect("the expansion is Rust");
    assert!(file.items.len() >= 5);
}

#[test]
fn names_the_crate_only_as_it_is_told() {
    let renamed = CHECKOUT.replace(
        "where T: Send + 'static {",
        "where T: Send + 'static { #![crate_path = wires]",
    );
    let words = identifiers(expands(&renamed, false));
    assert!(words.iter().any(|word| word == "wires"));
    assert!(
        !words.iter().any(|word| word == "electrician"),
        "no other name of the crate is left"
    );
}

#[test]
fn heads_each_part_with_the_line_that_it_comes_from() {
    let text = inspect::readable(&expands(SMALL, true));
    let headings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("// "))
        .collect();
    assert_eq!(
        headings,
        [
            "parameters",
            "generator lines = read_lines()",
            "handler parse = parse_number",
            "lines -> parse -> filter(|number| *number > 0) -> add",
            "handler add = add_up(sum) { on_panic: { restarts: 5, within: 1min, backoff: 100ms..5s }, }",
            "handler reject = (|failure| eprintln!(\"{failure}\")) { workers: 1 }",
            "edges",
            "island: lines -> parse -> filter_1 -> add",
            "island: reject",
        ]
    );
}

#[test]
fn a_small_expansion_reads_well() {
    insta::assert_snapshot!(inspect::readable(&expands(SMALL, true)));
}

#[test]
fn what_goes_on_behind_a_block_of_its_own_is_one_expression() {
    let expansion = expands(
        r"
        Sized(limit: usize) {
            input   items: u64;
            handler add = add_up(if *limit > 1 { 1 } else { 2 } + *limit) { workers: { 1 }.max(*limit) };

            items -> map(|n| match *limit { 0 => n, _ => 1 } as u64) -> add;
        }
        ",
        false,
    );
    assert!(syn::parse2::<syn::File>(expansion).is_ok());
}
