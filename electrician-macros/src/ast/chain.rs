//! One wiring statement comes in as tokens; the chain of its nodes and arrows goes out.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenTree};

use super::context::Context;
use super::cursor::{Cursor, split_commas, stream};
use super::edge_options::EdgeOptions;
use super::operators::{Operator, operator};
use super::value::{Expected, Value};
use super::{GroupKind, Link, Node, Place, Statement, declaration, plain, route};
use crate::diagnostics::suggest;
use crate::message;

/// Whether a statement seems to start here.
pub(super) fn starts(cursor: &Cursor) -> bool {
    let group = |at| cursor.peek_group(at, Delimiter::Bracket).is_some();
    let arrow = |at| cursor.peek_pair(at, '-', '>');
    match cursor.peek_ident(0) {
        Some(_) => {
            let port = cursor.peek_punct(1, '.') && cursor.peek_ident(2).is_some() && arrow(3);
            arrow(1) || port || group(1) && arrow(2)
        }
        None => group(0) && arrow(1),
    }
}

/// Reads one statement, and leaves the cursor behind it. Of one that breaks off, the beginning is kept.
pub(super) fn read(cursor: &mut Cursor, cx: &mut Context) -> Option<Statement> {
    let start = cursor.rest();
    let (chain, is_whole) = links(cursor, cx);
    let edge = is_whole.then(|| end(&chain, cursor, cx)).flatten();
    let text = stream(&start[..start.len() - cursor.rest().len()]);
    let breaks_off = edge.is_none();
    if breaks_off {
        cx.give_up(text.clone());
    }
    (chain.len() > 1).then(|| Statement {
        chain,
        breaks_off,
        edge: edge.unwrap_or_default(),
        text,
    })
}

/// The nodes and the arrows between them, and whether the last arrow leads somewhere.
fn links(cursor: &mut Cursor, cx: &mut Context) -> (Vec<Link>, bool) {
    let mut chain = Vec::new();
    let mut arrow = None;
    loop {
        let Some(node) = node(cursor, cx) else {
            return (chain, false);
        };
        chain.push(Link { arrow, node });
        arrow = cursor.eat_pair('-', '>');
        if arrow.is_none() {
            return (chain, true);
        }
    }
}

/// What stands behind the last node: options, or nothing.
fn end(chain: &[Link], cursor: &mut Cursor, cx: &mut Context) -> Option<EdgeOptions> {
    if let [only] = chain {
        let span = if cursor.is_empty() {
            only.node.span()
        } else {
            cursor.span()
        };
        let other = [('=', '>', "=>"), ('<', '-', "<-")];
        let other = other
            .iter()
            .find(|(first, second, _)| cursor.peek_pair(0, *first, *second));
        let sentence = match other {
            Some((.., written)) => message::other_arrow(written),
            None => message::missing_arrow(meant(&only.node)),
        };
        cx.report(span, sentence);
        return None;
    }
    let edge = edge(cursor, cx);
    if cursor.peek_ident(0).is_some_and(|word| word == "with") {
        cx.report(cursor.span(), message::expected("`{ … }` behind `with`"));
        return None;
    }
    if cursor.peek_pair(0, '-', '>') {
        cx.report(cursor.span(), message::with_inside_chain());
        return None;
    }
    Some(edge)
}

/// The keyword that was probably meant.
fn meant(node: &Node) -> Option<&'static str> {
    match node {
        Node::Name(Place { name, port: None }) => suggest(&plain(name), declaration::KEYWORDS),
        _ => None,
    }
}

fn edge(cursor: &mut Cursor, cx: &mut Context) -> EdgeOptions {
    let with = cursor.peek_ident(0).is_some_and(|word| word == "with");
    match cursor.peek_group(1, Delimiter::Brace) {
        Some(group) if with => {
            cursor.skip(2);
            EdgeOptions::read(group, cx)
        }
        _ => EdgeOptions::default(),
    }
}

fn node(cursor: &mut Cursor, cx: &mut Context) -> Option<Node> {
    if let Some(group) = cursor.eat_group(Delimiter::Bracket) {
        return Some(self::group(GroupKind::Plain, group, group.span(), cx));
    }
    let span = cursor.span();
    let Some(word) = cursor.eat_ident() else {
        cx.report(
            span,
            message::expected("a stage, `[a, b]`, `match { … }` or `_`"),
        );
        return None;
    };
    if word == "_" {
        return Some(Node::Discard(span));
    }
    if let Some(kind) = group_word(word)
        && let Some(group) = cursor.eat_group(Delimiter::Bracket)
    {
        return Some(self::group(kind, group, span, cx));
    }
    if word == "match"
        && let Some(group) = cursor.eat_group(Delimiter::Brace)
    {
        return Some(Node::Match {
            arms: route::arms(group, cx),
            span,
        });
    }
    if let Some(group) = cursor.eat_group(Delimiter::Parenthesis) {
        return Some(Node::Operator {
            name: word.clone(),
            args: operands(word, group, cx),
            span,
        });
    }
    Some(Node::Name(Place {
        name: word.clone(),
        port: port(cursor, cx)?,
    }))
}

fn group_word(word: &Ident) -> Option<GroupKind> {
    match word.to_string().as_str() {
        "any" => Some(GroupKind::Any),
        "zip" => Some(GroupKind::Zip),
        _ => None,
    }
}

/// `.error`, or nothing; `None` where a dot is followed by no name.
#[allow(clippy::option_option)] // outside: could it be read; inside: is there one
fn port(cursor: &mut Cursor, cx: &mut Context) -> Option<Option<Ident>> {
    if !cursor.eat_punct('.') {
        return Some(None);
    }
    let span = cursor.span();
    if let Some(port) = cursor.eat_ident() {
        return Some(Some(port.clone()));
    }
    cx.report(
        span,
        message::expected("the name of a port: `error`, `neutral` or `overflow`"),
    );
    None
}

fn group(kind: GroupKind, group: &Group, span: Span, cx: &mut Context) -> Node {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let members = split_commas(&trees)
        .into_iter()
        .filter_map(|run| member(run, group, cx))
        .collect();
    Node::Group {
        kind,
        members,
        span,
    }
}

fn member(run: &[TokenTree], group: &Group, cx: &mut Context) -> Option<Place> {
    let mut cursor = Cursor::new(run, group.span_close());
    let Some(name) = cursor.eat_ident().filter(|name| *name != "_").cloned() else {
        cx.report(cursor.span(), message::expected("the name of a stage"));
        cx.give_up(stream(run));
        return None;
    };
    let port = port(&mut cursor, cx)?;
    if !cursor.is_empty() {
        cx.report(
            cursor.span(),
            message::expected("`,` between the stages of a group"),
        );
    }
    Some(Place { name, port })
}

/// The arguments of an operator; an operator that is not in the table takes anything here.
fn operands(name: &Ident, group: &Group, cx: &mut Context) -> Vec<Value> {
    let exprs = declaration::raw_arguments(group, cx);
    let known = operator(&plain(name));
    if let Some(known) = known
        && (!exprs.is_empty() || group.stream().is_empty())
    {
        count_operands(known, name, exprs.len(), cx);
    }
    let parameter = |at: usize| known.and_then(|known| known.parameters.get(at));
    let mut values = Vec::new();
    for (at, expr) in exprs.into_iter().enumerate() {
        let (label, expected) = match parameter(at) {
            Some(parameter) => (
                format!("`{}` of `{name}`", parameter.name),
                parameter.expected,
            ),
            None => ("it".to_owned(), Expected::Free),
        };
        values.push(cx.value(expr, label.trim_matches('`'), expected));
    }
    values
}

fn count_operands(known: &Operator, name: &Ident, given: usize, cx: &mut Context) {
    let least = known
        .parameters
        .iter()
        .filter(|parameter| !parameter.optional)
        .count();
    if given < least || given > known.parameters.len() {
        cx.report(
            name.span(),
            message::operator_arity(known.name, given, known.example),
        );
    }
}
