//! The tokens of a pipeline come in, however broken; the runs of them that are Rust go out, as they are written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::cursor::{Cursor, stream};
use super::{declaration, option, parse};

/// A run of the user's tokens.
#[derive(Debug)]
pub(crate) enum Fragment {
    Expr(TokenStream),
    Type(TokenStream),
}

/// The options that hold options.
const COMPOSITE: [&str; 6] = [
    "rate_limit",
    "queue",
    "breaker",
    "retry",
    "hedge",
    "on_panic",
];
/// The options whose values are words of ours.
const WORDS: [&str; 5] = [
    "on_error",
    "on_panic",
    "overflow",
    "when_open",
    "when_limited",
];

/// What is Rust in a pipeline: types of parameters, callees, arguments, values of options, arms.
pub(crate) fn fragments(pipeline: TokenStream) -> Vec<Fragment> {
    let mut found = Vec::new();
    let trees: Vec<TokenTree> = pipeline.into_iter().collect();
    let mut cursor = cursor(&trees);
    let header = cursor.skip_until(|cursor| cursor.peek_group(0, Delimiter::Brace).is_some());
    self::header(header, &mut found);
    if let Some(body) = cursor.eat_group(Delimiter::Brace) {
        let trees = trees_of(body);
        statements(self::cursor(&trees), &mut found);
    }
    found
}

/// Generics, then the types of the parameters, then bounds.
fn header(trees: &[TokenTree], found: &mut Vec<Fragment>) {
    let mut cursor = cursor(trees);
    while !cursor.is_empty() {
        cursor
            .skip_until(|cursor| cursor.peek_punct(0, '<') || is_list(cursor) || is_where(cursor));
        if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
            let trees = trees_of(group);
            params(self::cursor(&trees), found);
        } else {
            let run = cursor.skip_until(is_list);
            found.extend(some(run).map(Fragment::Type));
        }
    }
}

fn params(mut cursor: Cursor, found: &mut Vec<Fragment>) {
    while !cursor.is_empty() {
        cursor.skip_until(|cursor| cursor.peek_punct(0, ':'));
        cursor.skip(1);
        let run = cursor.skip_until(|cursor| {
            cursor.peek_punct(0, ',') && cursor.peek_ident(1).is_some() && cursor.peek_punct(2, ':')
        });
        found.extend(some(run).map(Fragment::Type));
    }
}

fn statements(mut cursor: Cursor, found: &mut Vec<Fragment>) {
    while !cursor.is_empty() {
        if cursor.peek_ident(0).is_some_and(|word| word == "defaults") {
            cursor.skip(1);
            options(cursor.eat_group(Delimiter::Brace), found);
        } else if declaration::starts(&cursor) || declaration::nearly_starts(&cursor) {
            declared(&mut cursor, found);
        } else {
            wired(&mut cursor, found);
        }
    }
}

/// `keyword name = callee { options }`, `keyword name: Type { options }`
fn declared(cursor: &mut Cursor, found: &mut Vec<Fragment>) {
    let head = cursor.skip_until(|cursor| {
        cursor.peek_punct(0, '=')
            || cursor.peek_punct(0, ':')
            || cursor.peek_punct(0, ';')
            || matches!(cursor.rest(), [TokenTree::Group(_), ..])
    });
    let is_type = cursor.peek_punct(0, ':');
    if is_list(cursor) {
        // what is called has the name of the stage
        let call = head.iter().skip(1).chain(&cursor.rest()[..1]).cloned();
        found.push(Fragment::Expr(call.collect()));
        cursor.skip(1);
    } else if is_type || cursor.peek_punct(0, '=') {
        cursor.skip(1);
        let is_closure = declaration::closure_starts(cursor);
        let run = cursor.skip_until(|cursor| {
            let braces = cursor.peek_group(0, Delimiter::Brace).is_some() && !is_closure;
            braces || cursor.peek_punct(0, ';') || parse::starts(cursor)
        });
        let kind = if is_type {
            Fragment::Type
        } else {
            Fragment::Expr
        };
        found.extend(some(run).map(kind));
    }
    options(cursor.eat_group(Delimiter::Brace), found);
}

/// Arguments of operators, arms of routes, options of an edge; or what cannot be told.
fn wired(cursor: &mut Cursor, found: &mut Vec<Fragment>) {
    let word = cursor.eat_ident();
    let is = |name: &str| word.is_some_and(|word| word == name);
    match cursor.rest().first() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            found.push(Fragment::Expr(TokenTree::Group(group.clone()).into()));
        }
        Some(TokenTree::Group(group)) if is("match") => {
            found.push(Fragment::Expr(quote!(match () #group)));
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            options(Some(group), found);
        }
        _ if word.is_some() => return,
        _ => {}
    }
    cursor.skip(1);
}

fn options(group: Option<&Group>, found: &mut Vec<Fragment>) {
    let trees = group.map(trees_of).unwrap_or_default();
    let mut cursor = cursor(&trees);
    while !cursor.is_empty() {
        let word = cursor.peek_ident(0).map(super::plain);
        let is = |words: &[&str]| word.as_deref().is_some_and(|word| words.contains(&word));
        let is_named = cursor.peek_punct(1, ':') && !cursor.peek_pair(1, ':', ':');
        if is_named {
            cursor.skip(2);
        }
        let value = option::recover(&mut cursor);
        match value {
            [TokenTree::Ident(_)] if !is_named || is(&WORDS) => {}
            [TokenTree::Group(group)] if is(&COMPOSITE) => options(Some(group), found),
            _ => found.extend(some(value).map(Fragment::Expr)),
        }
        cursor.skip(1);
    }
}

fn is_list(cursor: &Cursor) -> bool {
    cursor.peek_group(0, Delimiter::Parenthesis).is_some()
}

fn is_where(cursor: &Cursor) -> bool {
    cursor.peek_ident(0).is_some_and(|word| word == "where")
}

fn cursor(trees: &[TokenTree]) -> Cursor<'_> {
    Cursor::new(trees, proc_macro2::Span::call_site())
}

fn trees_of(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn some(trees: &[TokenTree]) -> Option<TokenStream> {
    (!trees.is_empty()).then(|| stream(trees))
}
