//! Generated tokens come in, and go out at a place of the user's: there a mistake that the compiler finds in them is shown.
//!
//! An editor that is asked about a place of the user's looks up every token that is shown there. So where rust-analyzer
//! expands, generated tokens are shown nowhere.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

use crate::editor;

/// A place of the user's, for generated tokens with the hygiene of `tokens`.
pub(crate) fn shown_at(place: Span, tokens: Span) -> Span {
    if editor::expands() {
        tokens
    } else {
        tokens.located_at(place)
    }
}

/// The same tokens at another place; what their names mean stays as it is.
pub(crate) fn located(tokens: TokenStream, place: Span) -> TokenStream {
    if editor::expands() {
        return tokens;
    }
    let locate = |mut tree: TokenTree| {
        if let TokenTree::Group(group) = tree {
            let (delimiter, inside) = (group.delimiter(), group.stream());
            drop(group);
            tree = Group::new(delimiter, located(inside, place)).into();
        }
        tree.set_span(tree.span().located_at(place));
        tree
    };
    tokens.into_iter().map(locate).collect()
}
