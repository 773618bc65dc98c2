//! One declaration comes in as tokens; the stage that it declares goes out.

use proc_macro2::{Delimiter, Ident, TokenTree};
use syn::parse::Parse;

use super::context::Context;
use super::cursor::{Cursor, is_comma, stream};
use super::stage_options::StageOptions;
use super::{Callee, DeclKind, Declaration, plain};
use crate::diagnostics::suggest;
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

/// Whether a declaration starts here whose keyword is misspelt, or missing.
pub(super) fn nearly_starts(cursor: &Cursor) -> bool {
    let Some(word) = cursor.peek_ident(0) else {
        return false;
    };
    let misspelt = || suggest(&plain(word), KEYWORDS).is_some();
    let declares = assigns(cursor, 2)
        || cursor.peek_punct(2, ':')
        || cursor.peek_group(2, Delimiter::Brace).is_some()
        || cursor.peek_group(2, Delimiter::Parenthesis).is_some()
        || cursor.rest().len() == 2;
    assigns(cursor, 1) || declares && cursor.peek_ident(1).is_some() && misspelt()
}

fn assigns(cursor: &Cursor, at: usize) -> bool {
    cursor.peek_punct(at, '=') && !cursor.peek_pair(at, '=', '>')
}

/// The keyword at the beginning. One that is misspelt is reported, and where there is none, a handler is meant.
fn keyword(cursor: &mut Cursor, cx: &mut Context) -> Option<&'static str> {
    let written = plain(cursor.peek_ident(0)?);
    let keyword = KEYWORDS.into_iter().find(|known| *known == written);
    let is_missing = keyword.is_none() && assigns(cursor, 1);
    if !is_missing {
        cursor.skip(1);
    }
    keyword.or_else(|| {
        let behind = cursor.rest().get(usize::from(is_missing));
        let span = behind.map_or(cursor.span(), TokenTree::span);
        let meant = suggest(&written, KEYWORDS).filter(|_| !is_missing);
        cx.report(span, message::missing_arrow(meant));
        meant.or(Some("handler"))
    })
}

/// Reads one declaration, and leaves the cursor behind it.
pub(super) fn read(
    cursor: &mut Cursor,
    attrs: Vec<syn::Attribute>,
    cx: &mut Context,
) -> Option<Declaration> {
    let start = cursor.rest();
    let keyword = keyword(cursor, cx)?;
    let Some(name) = cursor.eat_ident().filter(|name| *name != "_").cloned() else {
        cx.report(cursor.span(), message::expected("the name of the stage"));
        cx.give_up(stream(&start[..start.len() - cursor.rest().len()]));
        return None;
    };
    let kind = match keyword {
        "input" => DeclKind::Input(item_type(cursor, keyword, &name, cx)),
        "output" => DeclKind::Output(item_type(cursor, keyword, &name, cx)),
        "generator" => DeclKind::Generator(function(cursor, keyword, &name, cx)),
        "pipeline" => DeclKind::Pipeline(function(cursor, keyword, &name, cx)),
        _ => DeclKind::Handler(callee(cursor, keyword, &name, cx)),
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

/// `: TYPE`
fn item_type(cursor: &mut Cursor, keyword: &str, name: &Ident, cx: &mut Context) -> syn::Type {
    let colon = cursor.eat_punct(':');
    if !colon || cursor.is_empty() || cursor.peek_group(0, Delimiter::Brace).is_some() {
        let ty = cx.missing_type(cursor.span(), message::missing_type(keyword, &plain(name)));
        skip_to_options(cursor);
        return ty;
    }
    cursor.read(syn::Type::parse).unwrap_or_else(|error| {
        let ty = cx.unreadable_type(&error);
        skip_to_options(cursor);
        ty
    })
}

/// `= PATH(ARGS)`, where a closure cannot stand.
fn function(cursor: &mut Cursor, keyword: &str, name: &Ident, cx: &mut Context) -> Callee {
    let span = cursor.rest().get(1).map_or(name.span(), TokenTree::span);
    match callee(cursor, keyword, name, cx) {
        Callee::Closure(_) => {
            cx.report(span, message::closure_not_allowed(keyword, &plain(name)));
            named(name)
        }
        function @ Callee::Function { .. } => function,
    }
}

/// `= PATH(ARGS)`, `= |item| …`, or nothing, where the name is the path.
fn callee(cursor: &mut Cursor, keyword: &str, name: &Ident, cx: &mut Context) -> Callee {
    if !cursor.eat_punct('=') {
        if let Some(args) = cursor.eat_group(Delimiter::Parenthesis) {
            return Callee::Function {
                path: name.clone().into(),
                args: arguments(args, cx),
            };
        }
        if !cursor.is_empty()
            && cursor.peek_group(0, Delimiter::Brace).is_none()
            && !super::parse::starts(cursor)
        {
            cx.report_missing(
                cursor.span(),
                message::expected_callee(keyword, &plain(name)),
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
        cx.report_missing(
            cursor.span(),
            message::expected_callee(keyword, &plain(name)),
        );
        return named(name);
    }
    path_and_arguments(cursor, name, cx)
}

fn path_and_arguments(cursor: &mut Cursor, name: &Ident, cx: &mut Context) -> Callee {
    let is_group = |tree: &TokenTree| matches!(tree, TokenTree::Group(_));
    let path = match cursor.read_before(is_group, syn::ExprPath::parse) {
        Ok(path) => path,
        Err(error) => {
            cx.report_rust(&error);
            skip_to_options(cursor);
            return named(name);
        }
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
    let mut cursor = Cursor::new(&trees, group.span_close());
    let mut list = Vec::new();
    while !cursor.is_empty() {
        list.extend(argument(&mut cursor, cx));
        cursor.eat_punct(',');
    }
    list
}

/// One argument; of one that cannot be read, the tokens as they are.
fn argument(cursor: &mut Cursor, cx: &mut Context) -> Option<syn::Expr> {
    let mut start = cursor.clone();
    let error = match cursor.read_before(is_comma, syn::Expr::parse) {
        Ok(expr) if cursor.is_empty() || cursor.peek_punct(0, ',') => return Some(expr),
        Ok(_) => syn::Error::new(cursor.span(), "expected `,`"),
        Err(error) => error,
    };
    cx.report_rust(&error);
    let written = start.skip_until(|cursor| cursor.peek_punct(0, ','));
    *cursor = start;
    (!written.is_empty()).then(|| syn::Expr::Verbatim(stream(written)))
}

pub(super) fn closure_starts(cursor: &Cursor) -> bool {
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
    let closure = match cursor.read(syn::ExprClosure::parse) {
        Ok(closure) => closure,
        Err(error) => {
            cx.report_rust(&error);
            skip_to_options(cursor);
            return None;
        }
    };
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

/// Goes to the options of a declaration that could not be read, or to the statement behind it.
fn skip_to_options(cursor: &mut Cursor) {
    cursor.skip_until(|cursor| {
        let mut behind = cursor.clone();
        let options = behind.eat_group(Delimiter::Brace).is_some();
        options && (behind.is_empty() || super::parse::starts(&behind))
            || super::parse::starts(cursor)
    });
}
