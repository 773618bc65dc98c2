//! Suffixed literals and rates come in, at any depth; calls of the runtime's constructors go out.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use std::time::Duration;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};

use super::super::context::Context;
use super::literal::{self, Literal, Suffix};
use crate::message;

pub(in crate::ast) fn rewrite(expr: &mut syn::Expr, cx: &mut Context) {
    Rewriter { cx }.visit_expr_mut(expr);
}

struct Rewriter<'r, 'd> {
    cx: &'r mut Context<'d>,
}

impl VisitMut for Rewriter<'_, '_> {
    fn visit_expr_mut(&mut self, expr: &mut syn::Expr) {
        match self.replacement(expr) {
            Some(tokens) => *expr = syn::Expr::Verbatim(tokens),
            None => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        call.tokens = self.tokens(std::mem::take(&mut call.tokens));
    }
}

impl Rewriter<'_, '_> {
    fn replacement(&mut self, expr: &syn::Expr) -> Option<TokenStream> {
        match expr {
            syn::Expr::Lit(lit) => self.literal(&lit.lit),
            syn::Expr::Binary(binary) => match literal::rate(binary)? {
                Literal::Rate { count, per } => {
                    let (span, per) = (ours(binary.span()), duration(per, binary.span()));
                    let count = proc_macro2::Literal::u64_unsuffixed(count);
                    Some(quote_spanned! {span=> __rt::Rate::new(#count, #per) })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn literal(&mut self, lit: &syn::Lit) -> Option<TokenStream> {
        match literal::suffix(lit) {
            Suffix::Rust => return None,
            Suffix::Time(time) => return Some(duration(time, lit.span())),
            Suffix::TooLong => self.cx.report(lit.span(), message::too_long()),
            Suffix::Unknown(unit) => {
                self.cx.report(
                    lit.span(),
                    message::unknown_unit(&unit, literal::unit_like(&unit)),
                );
            }
        }
        None
    }

    /// The tokens of a macro call, where only literals can be told apart.
    fn tokens(&mut self, tokens: TokenStream) -> TokenStream {
        let mut all = TokenStream::new();
        for token in tokens {
            match token {
                TokenTree::Literal(literal) => {
                    match self.literal(&syn::Lit::new(literal.clone())) {
                        Some(tokens) => all.extend(tokens),
                        None => all.extend([TokenTree::Literal(literal)]),
                    }
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), self.tokens(group.stream()));
                    inner.set_span(group.span());
                    all.extend([TokenTree::Group(inner)]);
                }
                other => all.extend([other]),
            }
        }
        all
    }
}

/// The span of tokens of our own that stand in the place of the user's.
fn ours(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A duration in the largest unit that leaves no fraction.
fn duration(time: Duration, span: Span) -> TokenStream {
    let span = ours(span);
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    let units = [
        ("from_secs", 1_000_000_000),
        ("from_millis", 1_000_000),
        ("from_micros", 1_000),
        ("from_nanos", 1),
    ];
    let exact = units
        .into_iter()
        .find(|(_, unit)| nanos.is_multiple_of(*unit));
    let (function, unit) = exact.unwrap_or(("from_nanos", 1));
    let (function, count) = (
        Ident::new(function, span),
        proc_macro2::Literal::u64_unsuffixed(nanos / unit),
    );
    quote_spanned! {span=> __rt::Duration::#function(#count) }
}
