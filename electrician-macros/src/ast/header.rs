//! What stands before the braces of a pipeline comes in; its parts go out, as many of them as can be read.

use proc_macro2::{Delimiter, Ident, Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};

use super::context::Context;
use super::cursor::Cursor;
use super::{Param, plain};
use crate::message;

/// `#[attributes] pub Name<Generics>(params) where …`
pub(super) struct Header {
    pub(super) attrs: Vec<syn::Attribute>,
    pub(super) vis: syn::Visibility,
    pub(super) name: Option<Ident>,
    /// Includes the `where` clause.
    pub(super) generics: syn::Generics,
    pub(super) params: Vec<Param>,
}

impl Header {
    pub(super) fn read(trees: &[TokenTree], end: Span, cx: &mut Context) -> Self {
        let mut cursor = Cursor::new(trees, end);
        let attrs = part(&mut cursor, syn::Attribute::parse_outer, is_word, cx);
        let vis = part(&mut cursor, syn::Visibility::parse, is_word, cx);
        let name = name(&mut cursor, cx);
        let generics = part(&mut cursor, syn::Generics::parse, is_list, cx);
        let mut header = Self {
            attrs: attrs.unwrap_or_default(),
            vis: vis.unwrap_or(syn::Visibility::Inherited),
            name,
            generics: generics.unwrap_or_default(),
            params: Vec::new(),
        };
        if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            let trees: Vec<TokenTree> = group.stream().into_iter().collect();
            header.params = params(Cursor::new(&trees, group.span_close()), cx);
        }
        let wheres = part(
            &mut cursor,
            Option::<syn::WhereClause>::parse,
            |_| false,
            cx,
        );
        header.generics.where_clause = wheres.flatten();
        if header.name.is_some() && !cursor.is_empty() {
            cx.report(cursor.span(), message::pipeline_header());
        }
        header
    }
}

/// What a parser of `syn` reads here; where it cannot, the cursor goes on to where `next` says.
fn part<T>(
    cursor: &mut Cursor,
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    next: impl Fn(&Cursor) -> bool,
    cx: &mut Context,
) -> Option<T> {
    let read = cursor.try_read(parser);
    read.map_err(|error| {
        cx.report_rust(&error);
        cursor.skip_until(next);
    })
    .ok()
}

fn is_word(cursor: &Cursor) -> bool {
    cursor.peek_ident(0).is_some()
}

fn is_list(cursor: &Cursor) -> bool {
    cursor.peek_group(0, Delimiter::Parenthesis).is_some()
}

fn name(cursor: &mut Cursor, cx: &mut Context) -> Option<Ident> {
    let start = cursor.span();
    let lost = cursor.skip_until(is_name);
    let name = cursor.eat_ident().cloned();
    match name {
        None => cx.report(start, message::pipeline_without_name()),
        Some(_) if !lost.is_empty() => cx.report(start, message::pipeline_header()),
        Some(_) => {}
    }
    name
}

/// Whether a word stands here that may be the name: nothing else stands behind it, no `struct` before it.
fn is_name(cursor: &Cursor) -> bool {
    let is_where = |word: &Ident| word == "where";
    cursor.peek_ident(0).is_some_and(|word| !is_where(word))
        && cursor.peek_ident(1).is_none_or(is_where)
}

/// `name: Type, …`; a type that cannot be read leaves its parameter behind.
fn params(mut cursor: Cursor, cx: &mut Context) -> Vec<Param> {
    let mut params = Vec::new();
    while !cursor.is_empty() {
        params.extend(param(&mut cursor, cx));
        cursor.skip_until(|cursor| cursor.peek_punct(0, ','));
        cursor.skip(1);
    }
    params
}

fn param(cursor: &mut Cursor, cx: &mut Context) -> Option<Param> {
    let name = match cursor.read(Ident::parse_any) {
        Ok(name) => name,
        Err(error) => {
            cx.report_rust(&error);
            return None;
        }
    };
    let colon = cursor.eat_punct(':');
    let is_missing = cursor.is_empty() || cursor.peek_punct(0, ',');
    if !colon || is_missing {
        let sentence = message::parameter_without_type(&plain(&name));
        if is_missing || cursor.peek_ident(0).is_none() {
            let ty = cx.missing_type(name.span(), sentence);
            return Some(Param { name, ty });
        }
        cx.report(name.span(), sentence);
    }
    let ty = match cursor.read(syn::Type::parse) {
        Ok(ty) => ty,
        Err(error) => {
            let ty = cx.unreadable_type(&error);
            return Some(Param { name, ty });
        }
    };
    if !cursor.is_empty() && !cursor.peek_punct(0, ',') {
        cx.report(cursor.span(), message::expected("`,` between parameters"));
    }
    Some(Param { name, ty })
}
