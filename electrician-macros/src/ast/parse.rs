//! The tokens of a block come in; its pipelines go out, each statement read on its own.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::context::Context;
use super::cursor::{Cursor, read_prefix, read_rust, split_commas};
use super::stage_options::StageOptions;
use super::words::Words;
use super::{Block, Param, Pipeline, chain, declaration, plain};
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
    let mut pipelines = Vec::new();
    while !cursor.is_empty() {
        let brace = |tree: &TokenTree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let header = cursor.rest().iter().take_while(|tree| !brace(tree)).count();
        let (header, rest) = cursor.rest().split_at(header);
        pipelines.extend(pipeline(header, rest.first(), &inner, &mut cx));
        cursor.skip(header.len() + 1);
        while cursor.eat_punct(';') {}
    }
    Block { pipelines }
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

/// What stands before the braces of a pipeline.
#[derive(Default)]
struct Header {
    attrs: Vec<syn::Attribute>,
    vis: Option<syn::Visibility>,
    name: Option<Ident>,
    generics: syn::Generics,
    params: Vec<TokenTree>,
}

fn pipeline(
    header: &[TokenTree],
    body: Option<&TokenTree>,
    inner: &Inner,
    cx: &mut Context,
) -> Option<Pipeline> {
    let end = header
        .last()
        .or(body)
        .map_or_else(Span::call_site, TokenTree::span);
    let Header {
        attrs,
        vis,
        name,
        generics,
        params,
    } = read_header(header, end, cx);
    let mut pipeline = Pipeline {
        attrs,
        vis: vis.unwrap_or(syn::Visibility::Inherited),
        span: name.as_ref().map_or(end, Ident::span),
        name: name.clone().unwrap_or_else(|| Ident::new("Unnamed", end)),
        generics,
        params: read_params(&params, cx),
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
    name.is_some().then_some(pipeline)
}

/// Reads as much of the header as there is.
fn read_header(trees: &[TokenTree], end: Span, cx: &mut Context) -> Header {
    let mut header = Header::default();
    let keep = &mut header;
    let read = |input: ParseStream| {
        keep.attrs = input.call(syn::Attribute::parse_outer)?;
        keep.vis = Some(input.parse()?);
        if !input.peek(syn::Ident::peek_any) {
            return Err(syn::Error::new(input.span(), ""));
        }
        keep.name = Some(input.call(Ident::parse_any)?);
        keep.generics = input.parse()?;
        if input.peek(syn::token::Paren) {
            let inside;
            syn::parenthesized!(inside in input);
            let tokens: TokenStream = inside.parse()?;
            keep.params = tokens.into_iter().collect();
        }
        keep.generics.where_clause = input.parse()?;
        if input.is_empty() {
            Ok(())
        } else {
            Err(syn::Error::new(input.span(), ""))
        }
    };
    if let Err(error) = read_rust(trees, end, read) {
        match error.to_string().as_str() {
            "" if header.name.is_none() => {
                cx.report(error.span(), message::pipeline_without_name());
            }
            "" => cx.report(error.span(), message::pipeline_header()),
            _ => cx.report_rust(&error),
        }
    }
    header
}

fn read_params(trees: &[TokenTree], cx: &mut Context) -> Vec<Param> {
    let mut params = Vec::new();
    let mut rest = trees;
    while let Some(first) = rest.first() {
        let read = |input: ParseStream| {
            let name = input.call(Ident::parse_any)?;
            input.parse::<syn::Token![:]>()?;
            let ty = input.parse()?;
            if !input.is_empty() {
                input.parse::<syn::Token![,]>()?;
            }
            Ok(Param { name, ty })
        };
        match read_prefix(
            rest,
            rest.last().map_or(first.span(), TokenTree::span),
            read,
        ) {
            Ok((param, after)) => {
                params.push(param);
                rest = &rest[rest.len() - after..];
            }
            Err(error) => {
                match first {
                    TokenTree::Ident(name)
                        if !Cursor::new(rest, error.span()).peek_punct(1, ':') =>
                    {
                        cx.report(name.span(), message::parameter_without_type(&plain(name)));
                    }
                    _ => cx.report_rust(&error),
                }
                rest = rest
                    .get(split_commas(rest).first().map_or(0, |run| run.len()) + 1..)
                    .unwrap_or(&[]);
            }
        }
    }
    params
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

/// Reads what stands between two semicolons: one statement, or several where a semicolon is missing.
fn read_run(pipeline: &mut Pipeline, mut cursor: Cursor, cx: &mut Context) {
    while !cursor.is_empty() {
        let attrs = attributes(&mut cursor, cx);
        let start = cursor.clone();
        if let Some(group) = defaults(&cursor) {
            if pipeline.defaults.names.iter().next().is_some() {
                cx.report(cursor.span(), message::option_twice("defaults"));
            }
            pipeline.defaults = StageOptions::read_defaults(group, cx);
            cursor.skip(2);
            continue;
        }
        let read = if declaration::starts(&cursor) {
            declaration::read(&mut cursor, attrs, cx).map(|found| pipeline.declarations.push(found))
        } else {
            chain::read(&mut cursor, cx).map(|found| pipeline.statements.push(found))
        };
        if read.is_none() {
            cx.give_up(start.stream());
            return;
        }
        if !cursor.is_empty() {
            cx.report(cursor.span(), message::missing_semicolon());
            if !declaration::starts(&cursor) && !chain::starts(&cursor) {
                cx.give_up(start.stream());
                return;
            }
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
