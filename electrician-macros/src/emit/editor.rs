//! A pipeline that was refused comes in; what an editor needs to help its author goes out, hidden from the compiler.
//!
//! rust-analyzer sets `cfg(rust_analyzer)`. It finds every expression and type of the user there: those that fit the graph
//! in their places, and the rest beside them, as they are written. In a macro they need not be whole.

use proc_macro2::{LineColumn, Span, TokenStream, TokenTree};
use std::collections::BTreeSet;

use super::{Emitter, types::handle_at};
use crate::ast::{Fragment, Statement, fragments};
use crate::editor::expands;

/// The body of `assemble`.
pub(super) fn body(emitter: &Emitter, assembly: &TokenStream, types: &TokenStream) -> TokenStream {
    let pipeline = emitter.graph.pipeline;
    let mut places = BTreeSet::new();
    for tokens in [assembly, types] {
        collect(tokens.clone(), &mut places);
    }
    let params = pipeline.params.iter().map(|param| &param.name);
    let rest = fragments(pipeline.source.clone());
    let rest = rest.iter().filter(|fragment| !is_known(fragment, &places));
    let rest = rest.map(|fragment| statement(fragment, &ours!(__rt)));
    ours!(
        #[allow(unexpected_cfgs)]
        {
            #[cfg(rust_analyzer)]
            __rt::as_written! {
                #assembly
                #(let #params = &this.#params;)*
                #(#rest)*
            }
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

/// A word at its place in the source.
type Place = (String, usize, usize);

/// Whether all of its words are in the expansion.
fn is_known(fragment: &Fragment, places: &BTreeSet<Place>) -> bool {
    let (Fragment::Expr(tokens) | Fragment::Type(tokens)) = fragment;
    let mut words = BTreeSet::new();
    collect(tokens.clone(), &mut words);
    words.is_subset(places)
}

fn collect(tokens: TokenStream, places: &mut BTreeSet<Place>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => collect(group.stream(), places),
            TokenTree::Ident(word) => {
                places.insert(place(word.to_string(), word.span()));
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn place(word: String, span: Span) -> Place {
    let LineColumn { line, column } = span.start();
    (word, line, column)
}
