//! The words that an expansion uses for itself, and those of the block.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::visit::Visit;

use super::{BLOCKS, expands, tokens};
use crate::emit::OURS;

#[derive(Debug, Default)]
struct Bound(BTreeSet<String>);

impl<'ast> Visit<'ast> for Bound {
    fn visit_pat_ident(&mut self, bound: &'ast syn::PatIdent) {
        self.0.insert(bound.ident.to_string());
        syn::visit::visit_pat_ident(self, bound);
    }
}

fn words(tokens: TokenStream) -> BTreeSet<String> {
    let words = tokens.into_iter().flat_map(|tree| match tree {
        TokenTree::Group(group) => words(group.stream()),
        TokenTree::Ident(word) => BTreeSet::from([word.to_string().to_lowercase()]),
        TokenTree::Punct(_) | TokenTree::Literal(_) => BTreeSet::new(),
    });
    words.collect()
}

#[test]
fn no_stage_can_take_a_word_that_an_expansion_uses_for_itself() {
    let mut used = BTreeSet::new();
    for block in BLOCKS {
        let (words, mut bound) = (words(tokens(block)), Bound::default());
        bound.visit_file(
            &syn::parse2(expands(tokens(block))).expect("an expansion is made of items"),
        );
        // What belongs to a stage or an edge has its name and a part: `parse_in`.
        let is_ours = |name: &String| !name.contains('_') && !words.contains(name);
        let ours = bound.0.into_iter().filter(is_ours);
        used.extend(ours);
    }
    let free: Vec<_> = used
        .iter()
        .filter(|word| !OURS.contains(&word.as_str()))
        .collect();
    assert!(
        free.is_empty(),
        "a stage named like one of {free:?} would hide it"
    );
    let idle: Vec<_> = OURS.iter().filter(|word| !used.contains(**word)).collect();
    assert!(idle.is_empty(), "nothing uses {idle:?}");
}
