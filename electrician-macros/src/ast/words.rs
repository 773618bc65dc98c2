//! Which words stand in a pipeline's expressions: how an unused parameter is found.

use proc_macro2::{Ident, TokenStream, TokenTree};
use std::collections::BTreeSet;

/// The identifiers of some expressions, and their string literals, where a format string may name one.
#[derive(Debug, Default, Clone)]
pub(crate) struct Words {
    identifiers: BTreeSet<String>,
    strings: BTreeSet<String>,
    /// Some could not be read: any word may have been among them.
    is_torn: bool,
}

impl Words {
    /// Adds every word of `tokens`, at any depth.
    pub(crate) fn read(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    self.identifiers.insert(super::plain(&name));
                }
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if text.contains('{') {
                        self.strings.insert(text);
                    }
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// Says that a word may have stood where nothing could be read.
    pub(crate) fn tear(&mut self) {
        self.is_torn = true;
    }

    /// Whether `name` stands in them, as a word or captured by a format string.
    pub(crate) fn mention(&self, name: &Ident) -> bool {
        let name = super::plain(name);
        let captured = format!("{{{name}");
        self.is_torn
            || self.identifiers.contains(&name)
            || self.strings.iter().any(|text| text.contains(&captured))
    }
}
