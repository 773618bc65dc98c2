//! The inside of an option group comes in; its entries go out, and each entry is read as what its place wants.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use syn::parse::Parse;

use super::context::Context;
use super::cursor::{Cursor, is_comma, stream};
use super::plain;
use super::value::{Expected, Value};
use crate::diagnostics::suggest;
use crate::message;

/// `name`, `name: expression` or `name: { … }`
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Ident,
    written: Written,
}

#[derive(Debug)]
enum Written {
    Nothing,
    Expr(syn::Expr),
    Group(Group),
    /// What could not be read, which is told already.
    Broken(TokenStream),
}

/// The names of the options that are written, in order, each with its place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names(Vec<(String, Span)>);

impl Names {
    /// Where the option is named, if it is written.
    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, span)| *span)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Span)> {
        self.0.iter().map(|(name, span)| (name.as_str(), *span))
    }
}

/// Reads the entries of a group, and leaves out those that are unknown or written twice. One that is misspelt counts as
/// what was meant.
pub(super) fn entries(
    group: &Group,
    known: &[&str],
    of: &str,
    cx: &mut Context,
) -> (Vec<Entry>, Names) {
    let mut names = Names::default();
    let mut kept = Vec::new();
    for mut entry in parse(group, cx) {
        let mut name = plain(&entry.name);
        if !known.contains(&name.as_str()) {
            let nearest = suggest(&name, known.iter().copied());
            cx.report(
                entry.name.span(),
                message::unknown_option(&name, of, nearest, known),
            );
            let Some(meant) = nearest else { continue };
            meant.clone_into(&mut name);
            entry.name = Ident::new(meant, entry.name.span());
        }
        if names.span(&name).is_some() {
            cx.report(entry.name.span(), message::option_twice(&name));
        } else {
            names.0.push((name, entry.name.span()));
            kept.push(entry);
        }
    }
    (kept, names)
}

fn parse(group: &Group, cx: &mut Context) -> Vec<Entry> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut cursor = Cursor::new(&trees, group.span_close());
    let mut entries = Vec::new();
    while !cursor.is_empty() {
        match entry(&mut cursor, cx) {
            Some(entry) => entries.push(entry),
            None => drop(recover(&mut cursor)),
        }
        if !cursor.is_empty() && !cursor.eat_punct(',') {
            cx.report(cursor.span(), message::expected("`,` between options"));
            recover(&mut cursor);
            cursor.eat_punct(',');
        }
    }
    entries
}

fn entry(cursor: &mut Cursor, cx: &mut Context) -> Option<Entry> {
    let span = cursor.span();
    let Some(name) = cursor.eat_ident().cloned() else {
        cx.report(span, message::expected("the name of an option"));
        return None;
    };
    if cursor.peek_punct(0, '=') {
        cx.report(cursor.span(), message::expected("`:` behind an option"));
        cursor.skip(1);
    } else if !cursor.eat_punct(':') {
        return Some(Entry {
            name,
            written: Written::Nothing,
        });
    }
    if cursor.is_empty() || cursor.peek_punct(0, ',') {
        cx.report_missing(cursor.span(), message::option_without_value(&plain(&name)));
        let written = Written::Broken(TokenStream::new());
        return Some(Entry { name, written });
    }
    if let Some(group) = cursor.peek_group(0, Delimiter::Brace)
        && (cursor.rest().len() == 1 || cursor.peek_punct(1, ','))
    {
        cursor.skip(1);
        return Some(Entry {
            name,
            written: Written::Group(group.clone()),
        });
    }
    let written = expression(cursor, cx);
    Some(Entry { name, written })
}

/// Takes one Rust expression off the cursor. What is a literal up to the comma needs no parser.
fn expression(cursor: &mut Cursor, cx: &mut Context) -> Written {
    if let [TokenTree::Literal(literal), behind @ ..] = cursor.rest()
        && behind.first().is_none_or(is_comma)
    {
        cursor.skip(1);
        return Written::Expr(syn::Expr::Lit(syn::ExprLit {
            attrs: Vec::new(),
            lit: syn::Lit::new(literal.clone()),
        }));
    }
    match cursor.read_before(is_comma, syn::Expr::parse) {
        Ok(expr) => Written::Expr(expr),
        Err(error) => {
            cx.report_rust(&error);
            Written::Broken(stream(recover(cursor)))
        }
    }
}

/// Goes to the next comma that seems to end an entry, and gives what stands before it.
pub(super) fn recover<'t>(cursor: &mut Cursor<'t>) -> &'t [TokenTree] {
    cursor.skip_until(|cursor| {
        let named = cursor.peek_ident(1).is_some();
        let ended =
            cursor.rest().len() == 2 || cursor.peek_punct(2, ':') || cursor.peek_punct(2, ',');
        cursor.peek_punct(0, ',') && (cursor.rest().len() == 1 || named && ended)
    })
}

impl Entry {
    pub(super) fn span(&self) -> Span {
        self.name.span()
    }

    /// A bare word: `ordered`.
    pub(super) fn flag(self, cx: &mut Context) -> Span {
        if !matches!(self.written, Written::Nothing | Written::Broken(_)) {
            cx.report(
                self.name.span(),
                message::flag_with_value(&plain(&self.name)),
            );
        }
        self.name.span()
    }

    /// A value; braces hold a Rust block.
    pub(super) fn value(self, expected: Expected, cx: &mut Context) -> Option<Value> {
        let name = plain(&self.name);
        if let Written::Broken(tokens) = self.written {
            return Some(cx.value(syn::Expr::Verbatim(tokens), &name, Expected::Free));
        }
        let expr = self.scalar(&format!("`{name}: …` with {}", expected.example()), cx)?;
        Some(cx.value(expr, &name, expected))
    }

    /// A closure over the item that stays one.
    pub(super) fn closure(self, example: &str, cx: &mut Context) -> Option<syn::ExprClosure> {
        let (span, name) = (self.span(), plain(&self.name));
        if self.is_broken() {
            return None;
        }
        if let syn::Expr::Closure(closure) = self.scalar(example, cx)?
            && closure.inputs.len() == 1
        {
            return Some(cx.closure(closure));
        }
        let wanted = format!("a closure such as {example}");
        cx.report(span, message::unexpected_value(&name, &wanted));
        None
    }

    fn scalar(self, example: &str, cx: &mut Context) -> Option<syn::Expr> {
        match self.written {
            Written::Expr(expr) => Some(expr),
            Written::Broken(_) => None,
            Written::Group(group) => {
                cx.rust(&[TokenTree::Group(group)], self.name.span(), |input| {
                    input.parse::<syn::Expr>()
                })
            }
            Written::Nothing => {
                cx.report(
                    self.name.span(),
                    message::option_needs_value(&plain(&self.name), example),
                );
                None
            }
        }
    }

    /// One word of a few.
    pub(super) fn word<T: Copy>(self, words: &[(&str, T)], cx: &mut Context) -> Option<(T, Span)> {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let name = plain(&self.name);
        let Some(written) = self.path_word() else {
            if !self.is_broken() {
                cx.report(self.name.span(), message::option_words(&name, &all));
            }
            return None;
        };
        let text = plain(&written);
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
            return Some((*value, written.span()));
        }
        let nearest = suggest(&text, all.iter().copied());
        cx.report(
            written.span(),
            message::unknown_word(&text, &name, nearest, &all),
        );
        None
    }

    /// The value, where it is a single word.
    pub(super) fn path_word(&self) -> Option<Ident> {
        match &self.written {
            Written::Expr(syn::Expr::Path(path)) => path.path.get_ident().cloned(),
            _ => None,
        }
    }

    fn is_broken(&self) -> bool {
        matches!(self.written, Written::Broken(_))
    }

    /// Whether it has braces.
    pub(super) fn is_group(&self) -> bool {
        matches!(self.written, Written::Group(_))
    }

    /// The entries of a composite option; none where there are no braces.
    pub(super) fn entries(
        self,
        known: &[&str],
        of: &str,
        example: &str,
        cx: &mut Context,
    ) -> (Vec<Entry>, Names) {
        let group = self.group(example, cx);
        group.map_or_else(Default::default, |group| entries(&group, known, of, cx))
    }

    /// The braces of a composite option.
    pub(super) fn group(self, example: &str, cx: &mut Context) -> Option<Group> {
        match self.written {
            Written::Group(group) => return Some(group),
            Written::Broken(_) => return None,
            Written::Nothing | Written::Expr(_) => {}
        }
        let name = plain(&self.name);
        cx.report(
            self.name.span(),
            message::option_needs_group(&name, example),
        );
        None
    }
}
