//! What the attributes refuse, and what a few of them expand to.

mod expansions;
mod refusals;

use proc_macro2::TokenStream;

fn expand(source: &str) -> TokenStream {
    let all: TokenStream = source.parse().expect("the source lexes");
    let mut trees = all.into_iter();
    let mut next = || trees.next().expect("the source begins with an attribute");
    let (_, attribute) = (next(), next());
    let proc_macro2::TokenTree::Group(attribute) = attribute else {
        panic!("the source begins with `#[…]`")
    };
    let mut attribute = attribute.stream().into_iter();
    let name = attribute.next().map(|name| name.to_string());
    let args = attribute
        .next()
        .map_or_else(TokenStream::new, |args| match args {
            proc_macro2::TokenTree::Group(args) => args.stream(),
            other => other.into(),
        });
    match name.as_deref() {
        Some("handler") => super::handler(args, trees.collect()),
        _ => super::generator(args, trees.collect()),
    }
}

/// The sentences of an expansion's `compile_error!`s.
fn sentences(expansion: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_error = false;
    for tree in expansion {
        match tree {
            proc_macro2::TokenTree::Group(group) if is_error => {
                let literal: syn::LitStr =
                    syn::parse2(group.stream()).expect("an error is a string");
                found.push(literal.value());
            }
            proc_macro2::TokenTree::Group(group) => found.extend(sentences(group.stream())),
            proc_macro2::TokenTree::Ident(ident) => is_error = ident == "compile_error",
            _ => {}
        }
    }
    found
}

/// Expands without an error.
fn accepts(source: &str) {
    assert_eq!(sentences(expand(source)), [""; 0], "{source}");
}

/// Reports exactly the sentences with these codes, and gives the function back.
fn rejects(source: &str, codes: &[u16]) {
    let expansion = expand(source);
    let (_, function) = source
        .split_once(']')
        .expect("the source begins with an attribute");
    let function: TokenStream = function.parse().expect("the source lexes");
    assert!(
        expansion.to_string().starts_with(&function.to_string()),
        "the function is not first: {expansion}"
    );
    let found = sentences(expansion);
    let expected: Vec<String> = codes.iter().map(|code| format!("[E{code:04}]")).collect();
    let found_codes: Vec<&str> = found.iter().map(|sentence| &sentence[..7]).collect();
    assert_eq!(found_codes, expected, "{source}\n{found:#?}");
    for sentence in found {
        assert!(!sentence.ends_with('.'), "{sentence}");
    }
}
