//! A pipeline that was refused comes in; what an editor needs to help its author goes out, hidden from the compiler.
//!
//! rust-analyzer sets `cfg(rust_analyzer)`. It finds every expression and type of the user there: those that fit the graph
//! in their places, and the rest beside them, as they are written. In a macro they need not be whole.

use proc_macro2::{Ident, LineColumn, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};

use super::{Emitter, braced, types::handle_at};
use crate::ast::{Fragment, Statement, fragments};
use crate::editor::expands;

/// The body of `assemble`.
pub(super) fn body(
    emitter: &Emitter,
    mut assembly: TokenStream,
    types: &TokenStream,
) -> TokenStream {
    let pipeline = emitter.graph.pipeline;
    let params = pipeline.params.iter().map(|param| &param.name);
    let all = fragments(pipeline.source.clone());
    let mut found = Found::among(&all);
    found.read(&assembly);
    found.read(types);
    let rest = all.iter().filter(|fragment| !found.has(fragment));
    let rest = rest.map(|fragment| statement(fragment, &ours!(__rt)));
    assembly.extend([ours!(#(let #params = &this.#params;)*)]);
    assembly.extend(rest);
    let written = braced(assembly);
    ours!(
        #[allow(unexpected_cfgs)]
        {
            #[cfg(rust_analyzer)]
            __rt::as_written! #written
        };
    )
}

/// The same for a pipeline that has no type.
pub(crate) fn lost(tokens: TokenStream) -> TokenStream {
    let rt = ours!(::electrician::__private);
    let all = fragments(tokens);
    let all = all.iter().map(|fragment| statement(fragment, &rt));
    ours!(
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(rust_analyzer)]
            #rt::as_written! { #(#all)* }
        };
    )
}

fn statement(fragment: &Fragment, rt: &TokenStream) -> TokenStream {
    match fragment {
        Fragment::Expr(tokens) => ours!(let _ = #rt::as_written!(#tokens);),
        Fragment::Type(tokens) => ours!(let _: #rt::as_written!(#tokens);),
    }
}

/// Where an editor asks what a name in a chain means: the stage's handle, which is declared where the stage is.
pub(super) fn named(emitter: &Emitter) -> Option<TokenStream> {
    if !expands() {
        return None;
    }
    let graph = emitter.graph;
    let named = graph.pipeline.statements.iter().flat_map(Statement::names);
    let handles = named.filter_map(|name| {
        let stage = graph.stages.iter().find(|stage| stage.name == *name);
        match stage {
            Some(stage) => handle_at(stage, name.span()),
            None => Some(ours!(handles.__stages.#name)),
        }
    });
    Some(ours!(#(let _ = &#handles;)*))
}

/// The words of all fragments, each with the places where the expansion has it from.
struct Found(BTreeMap<String, BTreeSet<Place>>);

/// A line and a column of the source.
type Place = (usize, usize);

impl Found {
    fn among(fragments: &[Fragment]) -> Self {
        let words = fragments.iter().flat_map(words_of);
        Self(
            words
                .map(|word| (word.to_string(), BTreeSet::new()))
                .collect(),
        )
    }

    fn read(&mut self, expansion: &TokenStream) {
        for word in words(expansion.clone()) {
            if let Some(places) = self.0.get_mut(&word.to_string()) {
                places.insert(place(&word));
            }
        }
    }

    /// Whether all words of a fragment are in the expansion.
    fn has(&self, fragment: &Fragment) -> bool {
        let mut words = words_of(fragment).into_iter();
        words.all(|word| self.0[&word.to_string()].contains(&place(&word)))
    }
}

fn words_of(fragment: &Fragment) -> Vec<Ident> {
    let (Fragment::Expr(tokens) | Fragment::Type(tokens)) = fragment;
    words(tokens.clone())
}

fn words(tokens: TokenStream) -> Vec<Ident> {
    let mut all = Vec::new();
    collect(tokens, &mut all);
    all
}

fn collect(tokens: TokenStream, words: &mut Vec<Ident>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => collect(group.stream(), words),
            TokenTree::Ident(word) => words.push(word),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn place(word: &Ident) -> Place {
    let LineColumn { line, column } = word.span().start();
    (line, column)
}
