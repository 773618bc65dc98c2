//! What becomes of blocks that are cut off while they are typed, or torn.

mod blocks;
mod shapes;
mod speed;
mod torn;
mod truncated;
mod words;

use proc_macro2::{TokenStream, TokenTree};
use std::str::FromStr;

use blocks::BLOCKS;

fn tokens(source: &str) -> TokenStream {
    TokenStream::from_str(source).expect("the case is made of tokens")
}

fn expands(block: TokenStream) -> TokenStream {
    super::pipeline(block, |_| {})
}

/// The sentences of an expansion's `compile_error!`s.
fn sentences(expansion: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_error = false;
    for tree in expansion {
        match tree {
            TokenTree::Group(group) if is_error => {
                let text: syn::LitStr = syn::parse2(group.stream()).expect("an error is a string");
                found.push(text.value());
                is_error = false;
            }
            TokenTree::Group(group) => found.extend(sentences(group.stream())),
            TokenTree::Ident(word) => is_error = word == "compile_error",
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

#[test]
fn the_blocks_are_good_before_they_are_cut() {
    for block in BLOCKS {
        let found = sentences(expands(tokens(block)));
        assert!(found.is_empty(), "{block}\n{found:#?}");
    }
}
