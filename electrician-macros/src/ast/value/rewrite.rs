//! Suffixed literals and rates come in, at any depth; calls of the runtime's constructors go out.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote_spanned;
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
                    let krate = &self.cx.krate;
                    let per = duration(krate, nanos(per), binary.span());
                    let count = proc_macro2::Literal::u64_unsuffixed(count);
                    Some(quote_spanned! {binary.span()=> #krate::value::Rate::new(#count, #per) })
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn literal(&mut self, lit: &syn::Lit) -> Option<TokenStream> {
        match literal::suffix(lit) {
            Suffix::Rust => return None,
            Suffix::Time(time) => return Some(duration(&self.cx.krate, nanos(time), lit.span())),
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

fn nanos(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn duration(krate: &syn::Path, nanos: u64, span: Span) -> TokenStream {
    quote_spanned! {span=> #krate::__private::core::time::Duration::from_nanos(#nanos) }
}
