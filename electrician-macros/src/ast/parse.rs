//! The tokens of a block come in; its pipelines go out, each statement read on its own.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::context::Context;
use super::cursor::{Cursor, stream};
use super::header::Header;
use super::stage_options::StageOptions;
use super::words::Words;
use super::{Block, Pipeline, chain, declaration};
use crate::diagnostics::{Diagnostics, suggest};
use crate::message;

/// Reads a whole block. What cannot be read is reported and left out; the rest is given back.
pub(crate) fn parse(tokens: TokenStream, diag: &mut Diagnostics) -> Block {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut cx = Context {
        diag,
        words: Words::default(),
        broken: Vec::new(),
    };
    let mut cursor = Cursor::new(&trees, Span::call_site());
    let inner = inner_attributes(&mut cursor, &mut cx);
    let mut block = Block::default();
    while !cursor.is_empty() {
        let brace = |tree: &TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let header = cursor.rest().iter().take_while(|tree| !brace(tree)).count();
        let (header, rest) = cursor.rest().split_at(header);
        match pipeline(header, rest.first(), &inner, &mut cx) {
            Ok(pipeline) => block.pipelines.push(pipeline),
            Err(tokens) => block.nameless.push(tokens),
        }
        cursor.skip(header.len() + 1);
        while cursor.eat_punct(';') {}
    }
    block
}

/// What `#![…]` can say.
#[derive(Debug, Default, Clone)]
struct Inner {
    inspect: bool,
    allowed: Vec<String>,
    krate: Option<syn::Path>,
}

fn inner_attributes(cursor: &mut Cursor, cx: &mut Context) -> Inner {
    let mut inner = Inner::default();
    while cursor.peek_punct(0, '#') && cursor.peek_punct(1, '!') {
        let Some(group) = cursor.peek_group(2, Delimiter::Bracket) else {
            break;
        };
        cursor.skip(3);
        let trees: Vec<TokenTree> = group.stream().into_iter().collect();
        let mut inside = Cursor::new(&trees, group.span_close());
        match inside.eat_ident() {
            Some(name) if name == "inspect" && inside.is_empty() => inner.inspect = true,
            Some(name) if name == "crate_path" && inside.eat_punct('=') => {
                inner.krate = cx.rust(
                    inside.rest(),
                    group.span_close(),
                    syn::Path::parse_mod_style,
                );
            }
            Some(name) if name == "allow" => inner.allowed.extend(allowed(&mut inside, cx)),
            _ => cx.report(group.span(), message::unknown_inner_attribute()),
        }
    }
    inner
}

/// The codes in the parentheses of `allow`.
fn allowed(inside: &mut Cursor, cx: &mut Context) -> Vec<String> {
    let codes = inside.peek_group(0, Delimiter::Parenthesis);
    let codes = codes.map(Group::stream).unwrap_or_default();
    let codes = codes.into_iter().filter_map(|tree| match tree {
        TokenTree::Ident(code) => Some(code),
        _ => None,
    });
    codes
        .inspect(|code| {
            let written = code.to_string();
            if !message::WARNINGS.contains(&written.as_str()) {
                let nearest = suggest(&written, message::WARNINGS);
                cx.report(code.span(), message::unknown_warning(&written, nearest));
            }
        })
        .map(|code| code.to_string())
        .collect()
}

/// One pipeline, or its tokens where it has no name.
fn pipeline(
    header: &[TokenTree],
    body: Option<&TokenTree>,
    inner: &Inner,
    cx: &mut Context,
) -> Result<Pipeline, TokenStream> {
    let end = header
        .last()
        .or(body)
        .map_or_else(Span::call_site, TokenTree::span);
    let source = header.iter().chain(body).cloned().collect();
    let header = Header::read(header, end, cx);
    let is_named = header.name.is_some();
    let mut pipeline = Pipeline {
        attrs: header.attrs,
        vis: header.vis,
        span: header.name.as_ref().map_or(end, Ident::span),
        name: header.name.unwrap_or_else(|| Ident::new("Unnamed", end)),
        generics: header.generics,
        params: header.params,
        inspect: inner.inspect,
        allowed: inner.allowed.clone(),
        krate: inner
            .krate
            .clone()
            .unwrap_or_else(|| syn::parse_quote!(::electrician)),
        defaults: StageOptions::default(),
        declarations: Vec::new(),
        statements: Vec::new(),
        broken: Vec::new(),
        words: Words::default(),
        source,
    };
    if let Some(TokenTree::Group(body)) = body {
        let trees: Vec<TokenTree> = body.stream().into_iter().collect();
        read_body(&mut pipeline, Cursor::new(&trees, body.span_close()), cx);
    } else {
        cx.report(end, message::pipeline_without_body());
        cx.give_up(TokenStream::new());
    }
    pipeline.words = std::mem::take(&mut cx.words);
    pipeline.broken = std::mem::take(&mut cx.broken);
    if is_named {
        Ok(pipeline)
    } else {
        Err(pipeline.source)
    }
}

fn read_body(pipeline: &mut Pipeline, mut cursor: Cursor, cx: &mut Context) {
    let inner = inner_attributes(&mut cursor, cx);
    pipeline.inspect |= inner.inspect;
    pipeline.allowed.extend(inner.allowed);
    if let Some(krate) = inner.krate {
        pipeline.krate = krate;
    }
    let semicolon =
        |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ';');
    for run in cursor.rest().split(semicolon) {
        read_run(pipeline, Cursor::new(run, cursor.span()), cx);
    }
}

/// Whether a statement starts here for sure.
pub(super) fn starts(cursor: &Cursor) -> bool {
    declaration::starts(cursor) && cursor.peek_ident(1).is_some() || chain::starts(cursor)
}

/// Reads what stands between two semicolons: one statement, or several where a semicolon is missing.
fn read_run(pipeline: &mut Pipeline, mut cursor: Cursor, cx: &mut Context) {
    while !cursor.is_empty() {
        let attrs = attributes(&mut cursor, cx);
        let (start, broken) = (cursor.rest(), cx.broken.len());
        if let Some(group) = defaults(&cursor) {
            if pipeline.defaults.names.iter().next().is_some() {
                cx.report(cursor.span(), message::option_twice("defaults"));
            }
            pipeline.defaults = StageOptions::read_defaults(group, cx);
            cursor.skip(2);
            continue;
        }
        if declaration::starts(&cursor) || declaration::nearly_starts(&cursor) {
            let declaration = declaration::read(&mut cursor, attrs, cx);
            pipeline.declarations.extend(declaration);
        } else {
            pipeline.statements.extend(chain::read(&mut cursor, cx));
        }
        if cx.broken.len() == broken && !cursor.is_empty() {
            cx.report(cursor.span(), message::missing_semicolon());
        }
        if cursor.rest().len() == start.len() {
            cursor.skip(1);
        }
        let lost = cursor.skip_until(starts);
        if !lost.is_empty() {
            cx.give_up(stream(lost));
        }
    }
}

/// The doc comments before a statement; another attribute is reported.
fn attributes(cursor: &mut Cursor, cx: &mut Context) -> Vec<syn::Attribute> {
    let mut docs = Vec::new();
    while cursor.peek_punct(0, '#') {
        let Some(group) = cursor.peek_group(1, Delimiter::Bracket) else {
            break;
        };
        let trees = &cursor.rest()[..2];
        let read = cx.rust(trees, group.span_close(), syn::Attribute::parse_outer);
        for attr in read.into_iter().flatten() {
            if attr.path().is_ident("doc") {
                docs.push(attr);
            } else {
                cx.report(group.span(), message::attribute_on_statement());
            }
        }
        cursor.skip(2);
    }
    docs
}

fn defaults<'t>(cursor: &Cursor<'t>) -> Option<&'t proc_macro2::Group> {
    cursor.peek_ident(0).filter(|name| *name == "defaults")?;
    cursor.peek_group(1, Delimiter::Brace)
}
