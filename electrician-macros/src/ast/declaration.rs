//! One declaration comes in as tokens; the stage that it declares goes out.

use proc_macro2::{Delimiter, Ident, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;

use super::context::Context;
use super::cursor::{Cursor, read_prefix, stream};
use super::stage_options::StageOptions;
use super::{Callee, DeclKind, Declaration, plain};
use crate::message;

/// The words that declare a stage.
pub(super) const KEYWORDS: [&str; 5] = ["generator", "handler", "pipeline", "input", "output"];

/// Whether a declaration starts here: a keyword that is followed by a name.
pub(super) fn starts(cursor: &Cursor) -> bool {
    let keyword = cursor
        .peek_ident(0)
        .is_some_and(|word| KEYWORDS.iter().any(|keyword| word == keyword));
    keyword && !cursor.peek_pair(1, '-', '>') && !cursor.peek_punct(1, '.')
}

/// Reads one declaration, and leaves the cursor behind it.
pub(super) fn read(
    cursor: &mut Cursor,
    attrs: Vec<syn::Attribute>,
    cx: &mut Context,
) -> Option<Declaration> {
    let start = cursor.rest();
    let keyword = cursor.eat_ident()?.clone();
    let Some(name) = cursor.eat_ident().filter(|name| *name != "_").cloned() else {
        cx.report(cursor.span(), message::expected("the name of the stage"));
        return None;
    };
    let kind = match plain(&keyword).as_str() {
        "input" => DeclKind::Input(item_type(cursor, &keyword, &name, cx)),
        "output" => DeclKind::Output(item_type(cursor, &keyword, &name, cx)),
        "generator" => DeclKind::Generator(function(cursor, &keyword, &name, cx)),
        "pipeline" => DeclKind::Pipeline(function(cursor, &keyword, &name, cx)),
        _ => DeclKind::Handler(callee(cursor, &keyword, &name, cx)),
    };
    let options = cursor
        .eat_group(Delimiter::Brace)
        .map(|group| StageOptions::read(group, cx))
        .unwrap_or_default();
    let text = stream(&start[..start.len() - cursor.rest().len()]);
    Some(Declaration {
        attrs,
        kind,
        name,
        options,
        text,
    })
}

/// `: TYPE`; what cannot be read becomes `()`, and is reported.
fn item_type(cursor: &mut Cursor, keyword: &Ident, name: &Ident, cx: &mut Context) -> syn::Type {
    let unit = || syn::parse_quote!(());
    if !cursor.eat_punct(':') {
        cx.report(
            cursor.span(),
            message::missing_type(&plain(keyword), &plain(name)),
        );
        skip_to_options(cursor);
        return unit();
    }
    prefix(cursor, cx, syn::Type::parse).unwrap_or_else(unit)
}

/// `= PATH(ARGS)`, where a closure cannot stand.
fn function(cursor: &mut Cursor, keyword: &Ident, name: &Ident, cx: &mut Context) -> Callee {
    let span = cursor.rest().get(1).map_or(name.span(), TokenTree::span);
    match callee(cursor, keyword, name, cx) {
        Callee::Closure(_) => {
            cx.report(
                span,
                message::closure_not_allowed(&plain(keyword), &plain(name)),
            );
            named(name)
        }
        function @ Callee::Function { .. } => function,
    }
}

/// `= PATH(ARGS)`, `= |item| …`, or nothing, where the name is the path.
fn callee(cursor: &mut Cursor, keyword: &Ident, name: &Ident, cx: &mut Context) -> Callee {
    if !cursor.eat_punct('=') {
        if let Some(args) = cursor.eat_group(Delimiter::Parenthesis) {
            return Callee::Function {
                path: name.clone().into(),
                args: arguments(args, cx),
            };
        }
        if !cursor.is_empty()
            && cursor.peek_group(0, Delimiter::Brace).is_none()
            && !starts(cursor)
            && !super::chain::starts(cursor)
        {
            cx.report(
                cursor.span(),
                message::expected_callee(&plain(keyword), &plain(name)),
            );
            skip_to_options(cursor);
        }
        return named(name);
    }
    if let Some(closure) = closure_in_parentheses(cursor, cx) {
        return Callee::Closure(closure);
    }
    if closure_starts(cursor) {
        return bare_closure(cursor, cx).map_or_else(|| named(name), Callee::Closure);
    }
    if cursor.is_empty() || cursor.peek_group(0, Delimiter::Brace).is_some() {
        cx.report(
            cursor.span(),
            message::expected_callee(&plain(keyword), &plain(name)),
        );
        return named(name);
    }
    path_and_arguments(cursor, name, cx)
}

fn path_and_arguments(cursor: &mut Cursor, name: &Ident, cx: &mut Context) -> Callee {
    let Some(path) = prefix(cursor, cx, syn::ExprPath::parse) else {
        return named(name);
    };
    if path.qself.is_some() {
        cx.report(
            cursor.span(),
            message::expected("a plain path, such as `orders::parse`"),
        );
    }
    let args = cursor
        .eat_group(Delimiter::Parenthesis)
        .map(|group| arguments(group, cx))
        .unwrap_or_default();
    Callee::Function {
        path: path.path,
        args,
    }
}

fn named(name: &Ident) -> Callee {
    Callee::Function {
        path: name.clone().into(),
        args: Vec::new(),
    }
}

/// The arguments in parentheses, ready to be emitted.
fn arguments(group: &proc_macro2::Group, cx: &mut Context) -> Vec<syn::Expr> {
    raw_arguments(group, cx)
        .into_iter()
        .map(|expr| cx.expr(expr))
        .collect()
}

/// The arguments in parentheses, as they are written.
pub(super) fn raw_arguments(group: &proc_macro2::Group, cx: &mut Context) -> Vec<syn::Expr> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let list = cx.rust(
        &trees,
        group.span_close(),
        Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated,
    );
    list.map(|list| list.into_iter().collect())
        .unwrap_or_default()
}

fn closure_starts(cursor: &Cursor) -> bool {
    let word = |at| {
        cursor
            .peek_ident(at)
            .is_some_and(|word| word == "move" || word == "async" || word == "static")
    };
    cursor.peek_punct(0, '|')
        || word(0) && (cursor.peek_punct(1, '|') || word(1) && cursor.peek_punct(2, '|'))
}

/// `(|item| …) { options }`
fn closure_in_parentheses(cursor: &mut Cursor, cx: &mut Context) -> Option<syn::ExprClosure> {
    let group = cursor.peek_group(0, Delimiter::Parenthesis)?;
    let closure = syn::parse2::<syn::ExprClosure>(group.stream()).ok()?;
    cursor.skip(1);
    Some(cx.closure(closure))
}

fn bare_closure(cursor: &mut Cursor, cx: &mut Context) -> Option<syn::ExprClosure> {
    let before = cursor.clone();
    let closure = prefix(cursor, cx, syn::ExprClosure::parse)?;
    let braces = before.rest()[..before.rest().len() - cursor.rest().len()]
        .last()
        .map(TokenTree::span);
    if cursor.peek_group(0, Delimiter::Brace).is_some() {
        cx.report(cursor.span(), message::closure_needs_parentheses());
    } else if let (syn::Expr::Struct(taken), Some(braces)) = (&*closure.body, braces)
        && looks_like_a_variable(&taken.path)
    {
        cx.report(braces, message::closure_needs_parentheses());
    }
    Some(cx.closure(closure))
}

fn looks_like_a_variable(path: &syn::Path) -> bool {
    path.get_ident().is_some_and(|name| {
        name.to_string()
            .starts_with(|first: char| first.is_lowercase())
    })
}

/// Takes off the cursor what a parser of `syn` reads; where it cannot, goes to the options.
fn prefix<T>(
    cursor: &mut Cursor,
    cx: &mut Context,
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
) -> Option<T> {
    let end = cursor.rest().last().map_or(cursor.span(), TokenTree::span);
    match read_prefix(cursor.rest(), end, parser) {
        Ok((found, rest)) => {
            cursor.skip(cursor.rest().len() - rest);
            Some(found)
        }
        Err(error) => {
            cx.report_rust(&error);
            skip_to_options(cursor);
            None
        }
    }
}

/// Leaves the options of a declaration that could not be read, or nothing.
fn skip_to_options(cursor: &mut Cursor) {
    let last = cursor.rest().len().saturating_sub(1);
    let keep = usize::from(cursor.peek_group(last, Delimiter::Brace).is_some());
    cursor.skip(cursor.rest().len() - keep);
}
