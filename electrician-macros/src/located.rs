//! Generated tokens come in, and go out at a place of the user's: there a mistake that the compiler finds in them is shown.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// The same tokens at another place; what their names mean stays as it is.
pub(crate) fn located(tokens: &TokenStream, place: Span) -> TokenStream {
    let locate = |mut tree: TokenTree| {
        if let TokenTree::Group(group) = &tree {
            tree = Group::new(group.delimiter(), located(&group.stream(), place)).into();
        }
        tree.set_span(tree.span().located_at(place));
        tree
    };
    tokens.clone().into_iter().map(locate).collect()
}
