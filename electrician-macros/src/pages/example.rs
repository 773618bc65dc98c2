//! The example of a page comes in; the codes go out that its macros report.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, Item, Macro, Meta};

use super::source::codes;
use crate::{attribute, expand};

/// The lines of an example as the compiler sees them: with those that a reader does not.
pub(super) fn whole(example: &str) -> String {
    let lines = example.lines();
    let lines = lines.map(|line| line.strip_prefix("# ").unwrap_or(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The codes that the macros of an example report, once each.
pub(super) fn reported(example: &str) -> syn::Result<BTreeSet<String>> {
    let mut expanded = Expanded(BTreeSet::new());
    expanded.visit_file(&syn::parse_str(example)?);
    Ok(expanded.0)
}

struct Expanded(BTreeSet<String>);

impl Expanded {
    /// Expands the attribute of ours, if there is one.
    fn marked(&mut self, attributes: &[Attribute], item: &impl ToTokens) {
        for mark in attributes {
            let arguments = match &mark.meta {
                Meta::List(list) => list.tokens.clone(),
                _ => TokenStream::new(),
            };
            if mark.path().is_ident("handler") {
                self.read(attribute::handler(arguments, without(item, mark)));
            } else if mark.path().is_ident("generator") {
                self.read(attribute::generator(arguments, without(item, mark)));
            }
        }
    }

    /// Keeps the codes of each `compile_error!`, and of warnings, which stand in no other place.
    fn read(&mut self, expansion: TokenStream) {
        let mut is_error = false;
        for tree in expansion {
            match tree {
                TokenTree::Ident(name) => is_error = name == "compile_error",
                TokenTree::Group(group) if is_error => self.0.extend(codes(&group.to_string())),
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Literal(text) => {
                    let codes = codes(&text.to_string()).into_iter();
                    self.0.extend(codes.filter(|code| code.starts_with('W')));
                }
                TokenTree::Punct(_) => {}
            }
        }
    }
}

/// An item without one of its attributes.
fn without(item: &impl ToTokens, mark: &Attribute) -> TokenStream {
    let whole = item.to_token_stream().to_string();
    let mark = mark.to_token_stream().to_string();
    whole
        .replacen(&mark, "", 1)
        .parse()
        .expect("an item stays one without an attribute")
}

impl<'e> Visit<'e> for Expanded {
    fn visit_item(&mut self, item: &'e Item) {
        match item {
            Item::Fn(function) => self.marked(&function.attrs, item),
            Item::Struct(structure) => self.marked(&structure.attrs, item),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, method: &'e ImplItemFn) {
        self.marked(&method.attrs, method);
    }

    fn visit_macro(&mut self, called: &'e Macro) {
        if called.path.is_ident("pipeline") {
            self.read(expand::pipeline(called.tokens.clone(), |_| {}));
        }
    }
}
