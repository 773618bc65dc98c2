//! The inside of `match { … }` comes in; its arms go out, cut at the arrow that leads to a stage.

use proc_macro2::{Group, Span, TokenTree};
use syn::parse::{Parse, ParseStream};

use super::context::Context;
use super::cursor::{Cursor, pair_span};
use super::{Arm, Target};
use crate::message;

pub(super) fn arms(group: &Group, cx: &mut Context) -> Vec<Arm> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut rest: &[TokenTree] = &trees;
    let mut arms = Vec::new();
    while !rest.is_empty() {
        let Some(cut) = cut(rest) else {
            let place = Cursor::new(rest, group.span_close());
            cx.report(place.span(), message::arm_without_target());
            cx.give_up(place.stream());
            break;
        };
        arms.extend(arm(&cut, group.span_close(), cx));
        rest = &rest[cut.length..];
    }
    if arms.is_empty() && trees.is_empty() {
        cx.report(group.span(), message::match_without_arms());
    }
    arms
}

/// One arm's tokens, cut into its parts.
struct Cut<'t> {
    pattern: &'t [TokenTree],
    payload: &'t [TokenTree],
    arrow: Span,
    target: &'t TokenTree,
    /// Of the whole arm, with its comma.
    length: usize,
}

fn cut(trees: &[TokenTree]) -> Option<Cut<'_>> {
    let cursor = Cursor::new(trees, Span::call_site());
    let fat = (0..trees.len()).find(|at| cursor.peek_pair(*at, '=', '>'))?;
    let ends = |at: usize| {
        cursor.peek_ident(at).is_some() && (at + 1 == trees.len() || cursor.peek_punct(at + 1, ','))
    };
    let body = fat + 2;
    let (arrow, payload) = if ends(body) {
        (fat, &trees[body..body])
    } else {
        let thin =
            (body..trees.len()).find(|at| cursor.peek_pair(*at, '-', '>') && ends(at + 2))?;
        (thin, &trees[body..thin])
    };
    Some(Cut {
        pattern: &trees[..fat],
        payload,
        arrow: pair_span(&trees[arrow], &trees[arrow + 1]),
        target: &trees[arrow + 2],
        length: (arrow + 4).min(trees.len()),
    })
}

fn arm(cut: &Cut, end: Span, cx: &mut Context) -> Option<Arm> {
    let TokenTree::Ident(name) = cut.target else {
        return None;
    };
    let target = if name == "_" {
        Target::Discard
    } else {
        Target::Name(name.clone())
    };
    let head = cx.rust(cut.pattern, end, |input: ParseStream| {
        let pattern = syn::Pat::parse_multi_with_leading_vert(input)?;
        let guard = match input.parse::<Option<syn::Token![if]>>()? {
            Some(_) => Some(input.parse::<syn::Expr>()?),
            None => None,
        };
        Ok((pattern, guard))
    });
    let (pattern, guard) = head.unwrap_or_else(|| (syn::parse_quote!(_), None));
    let payload = match cut.payload {
        [] => None,
        trees => cx.rust(trees, end, syn::Expr::parse),
    };
    let guard = guard.map(|expr| cx.expr(expr));
    let payload = payload.map(|expr| cx.expr(expr));
    Some(Arm {
        pattern,
        guard,
        payload,
        arrow: cut.arrow,
        target,
    })
}
