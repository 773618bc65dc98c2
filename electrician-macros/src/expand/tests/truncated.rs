//! A block is cut off behind each of its tokens, as it is while somebody types it.
//!
//! Behind one of five by default; `ELECTRICIAN_SOAK=1` cuts behind each.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use std::collections::BTreeSet;

use super::{BLOCKS, expands, sentences, tokens};
use crate::ast::{self, OPERATORS, Statement};
use crate::diagnostics::Diagnostics;
use crate::editor::tests::for_an_editor;

/// What becomes of the tokens behind the cut.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Behind {
    /// Nothing is left of them: the block is being written from above.
    Nothing,
    /// What stands outside of the braces that the cut is in: the block is being changed.
    TheRest,
}

/// The first `left` tokens, at any depth, with all that was opened closed.
fn cut(tokens: TokenStream, left: &mut usize, behind: Behind) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut trees = tokens.into_iter();
    while *left > 0 {
        let Some(tree) = trees.next() else {
            return kept;
        };
        *left -= 1;
        let TokenTree::Group(group) = tree else {
            kept.extend([tree]);
            continue;
        };
        let inside = cut(group.stream(), left, behind);
        let mut closed = Group::new(group.delimiter(), inside);
        closed.set_span(group.span());
        kept.extend([TokenTree::Group(closed)]);
        if *left == 0 && behind == Behind::TheRest {
            kept.extend(trees);
            return kept;
        }
    }
    kept
}

fn count(tokens: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => 1 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(inside).sum()
}

/// A word at its place.
type Place = (usize, usize, String);

fn place(word: &Ident) -> Place {
    let start = word.span().start();
    (start.line, start.column, word.to_string())
}

fn words(tokens: TokenStream, found: &mut BTreeSet<Place>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(word) => {
                found.insert(place(&word));
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn words_of(tokens: TokenStream) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    words(tokens, &mut found);
    found
}

/// Every word of the user's that the expansion of the whole block has, and that names something there.
fn lasting_words(block: &TokenStream) -> BTreeSet<Place> {
    let whole = words_of(expands(block.clone()));
    let mut lasting = words_of(block.clone());
    let mut options = BTreeSet::new();
    option_names(block.clone(), &mut options);
    let wiring = wiring_places(block);
    lasting.retain(|place| {
        let is_wiring = wiring.contains(&(place.0, place.1));
        whole.contains(place) && is_name(&place.2) && !options.contains(place) && !is_wiring
    });
    lasting
}

/// Where the wiring names a stage, which is no word of Rust's.
fn wiring_places(block: &TokenStream) -> BTreeSet<(usize, usize)> {
    let diagnostics = &mut Diagnostics::default();
    let block = ast::parse(block.clone(), diagnostics);
    let graphs = super::super::graphs(&block, diagnostics);
    let uses = graphs.iter().flat_map(|graph| &graph.uses);
    let statements = block.pipelines.iter().flat_map(|block| &block.statements);
    let names = statements.flat_map(Statement::names).map(Ident::span);
    let start = |span: Span| (span.start().line, span.start().column);
    uses.map(|place| place.span)
        .chain(names)
        .map(start)
        .collect()
}

/// What stands before a colon in braces.
fn option_names(braces: TokenStream, found: &mut BTreeSet<Place>) {
    let mut trees = braces.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let colon = matches!(trees.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == ':');
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                option_names(group.stream(), found);
            }
            TokenTree::Ident(word) if colon => drop(found.insert(place(&word))),
            _ => {}
        }
    }
}

/// An operator is one only before its parentheses, and a doc comment is written at once.
fn is_name(word: &str) -> bool {
    let is_operator = OPERATORS.iter().any(|operator| operator.name == word);
    !is_operator && word != "doc" && syn::parse_str::<syn::Ident>(word).is_ok()
}

fn keeps_what_is_written(behind: Behind) {
    let step = std::env::var_os("ELECTRICIAN_SOAK").map_or(5, |_| 1);
    for (at, source) in BLOCKS.into_iter().enumerate() {
        let block = tokens(source);
        let lasting = lasting_words(&block);
        for length in (1 + at % step..count(block.clone())).step_by(step) {
            let written = cut(block.clone(), &mut length.clone(), behind);
            let expansion = expands(written.clone());
            assert!(
                syn::parse2::<syn::File>(expansion.clone()).is_ok(),
                "{written}\n{expansion}"
            );
            let (before, after) = (words_of(written.clone()), words_of(expansion.clone()));
            let lost: Vec<_> = before
                .intersection(&lasting)
                .filter(|word| !after.contains(*word))
                .collect();
            assert!(
                lost.is_empty(),
                "{written}\nloses {lost:?}\n{:#?}",
                sentences(expansion)
            );
        }
    }
}

#[test]
fn a_block_that_is_being_written_keeps_its_words() {
    keeps_what_is_written(Behind::Nothing);
}

#[test]
fn a_block_that_is_being_changed_keeps_its_words() {
    keeps_what_is_written(Behind::TheRest);
}

#[test]
fn an_editor_finds_the_words_of_a_block_that_is_being_written() {
    for_an_editor(|| keeps_what_is_written(Behind::Nothing));
    for_an_editor(|| keeps_what_is_written(Behind::TheRest));
}
