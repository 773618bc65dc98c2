//! rust-analyzer as the one who expands: it wants to know what each word of the user means, while the block is half typed.
//!
//! For a completion it expands twice, as the block is and with a word put in at the cursor, and looks at the same place of both.
//! So a block that is whole but for such a word is expanded as if it had one.

use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use std::{env, sync::LazyLock};

/// What is put in where a word is missing.
const MISSING: &str = "__missing";

/// Whether it expands: its server of macros is a program of its own.
pub(crate) fn expands() -> bool {
    static EXPANDS: LazyLock<bool> = LazyLock::new(|| {
        let program = env::current_exe().unwrap_or_default();
        let name = program.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("rust-analyzer")
    });
    #[cfg(test)]
    if tests::IS_PRETENDED.get() {
        return true;
    }
    *EXPANDS
}

/// The tokens as they are, or for an editor with a word behind each `.`, `::` and `->` that nothing follows.
pub(crate) fn whole(tokens: TokenStream) -> TokenStream {
    if expands() {
        with_words(tokens)
    } else {
        tokens
    }
}

fn with_words(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.into_iter().peekable();
    let mut whole = Vec::new();
    let mut before = None;
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_words(group.stream()));
                inner.set_span(group.span());
                whole.push(inner.into());
                before = None;
            }
            TokenTree::Punct(punct) => {
                let is_missing = is_missing(before.as_ref(), &punct, trees.peek());
                if is_missing {
                    let place = punct.span();
                    let mut sign = Punct::new(punct.as_char(), Spacing::Alone);
                    sign.set_span(place);
                    let word = Ident::new(MISSING, Span::mixed_site().located_at(place));
                    whole.extend([TokenTree::from(sign), word.into()]);
                } else {
                    whole.push(punct.clone().into());
                }
                before = Some(punct);
            }
            tree => {
                whole.push(tree);
                before = None;
            }
        }
    }
    whole.into_iter().collect()
}

/// Whether nothing stands behind a `.`, `::` or `->` that could be meant.
fn is_missing(before: Option<&Punct>, punct: &Punct, next: Option<&TokenTree>) -> bool {
    let joint = before
        .filter(|before| before.spacing() == Spacing::Joint)
        .map(Punct::as_char);
    let next_sign = match next {
        Some(TokenTree::Punct(next)) => Some(next.as_char()),
        _ => None,
    };
    let is_over = next.is_none() || next_sign.is_some();
    match (joint, punct.as_char()) {
        (Some('.'), '.') => false,
        (_, '.') => is_over && next_sign != Some('.'),
        (Some(':'), ':') => is_over && !matches!(next_sign, Some('<' | '*')),
        (Some('-'), '>') => next.is_none() || matches!(next_sign, Some(';' | ',')),
        _ => false,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(crate) static IS_PRETENDED: Cell<bool> = const { Cell::new(false) };
    }

    /// What comes of it where rust-analyzer expands.
    pub(crate) fn for_an_editor<T>(expand: impl FnOnce() -> T) -> T {
        IS_PRETENDED.set(true);
        let expanded = expand();
        IS_PRETENDED.set(false);
        expanded
    }

    #[test]
    fn a_word_is_put_in_where_one_is_missing() {
        for (written, whole) in [
            (
                "a -> filter(|o| o.) -> b;",
                "a -> filter (| o | o . __missing) -> b ;",
            ),
            ("f(config., sum)", "f (config . __missing , sum)"),
            ("a -> b -> ;", "a -> b -> __missing ;"),
            ("a. -> b", "a . __missing -> b"),
            ("o if o. > 3 => a -> b", "o if o . __missing > 3 => a -> b"),
            ("P::", "P :: __missing"),
            ("{ buffer: N:: }", "{ buffer : N :: __missing }"),
        ] {
            let tokens: TokenStream = written.parse().expect("it is Rust's tokens");
            assert_eq!(for_an_editor(|| super::whole(tokens)).to_string(), whole);
        }
    }

    #[test]
    fn what_is_whole_stays_as_it_is() {
        for written in [
            "a.error -> [b, c] with { buffer: 1.5 }; a -> match { 1..=2 => b, 3.. => c, _ => _ };",
            "P<T>(a: Vec<T>, f: fn() -> u8) where T: Iterator { input a: [u8; N]; b -> a; }",
            "x.0.1; y.await; ..; a..b; Vec::<u8>::new(); <T as A>::B; -> _;",
        ] {
            let tokens: TokenStream = written.parse().expect("it is Rust's tokens");
            let whole = for_an_editor(|| super::whole(tokens.clone()));
            assert_eq!(whole.to_string(), tokens.to_string());
        }
    }
}
