//! An expression comes in; the same with its suffixed literals rewritten goes out, and its value where it is a literal.

mod literal;
mod rewrite;

use proc_macro2::Span;
use std::time::Duration;
use syn::spanned::Spanned;

pub(crate) use literal::Literal;
pub(super) use rewrite::rewrite;

use super::context::Context;
use crate::message;

/// The value of an option or of an operator's argument.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    /// What the user wrote, with suffixed literals rewritten at any depth.
    pub(crate) expr: syn::Expr,
    /// Known when the code is generated.
    pub(crate) literal: Option<Literal>,
    pub(crate) span: Span,
    /// What the user wrote, for drawings and messages.
    pub(crate) text: String,
}

/// What a literal may be at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// A whole number of at least one.
    Count,
    /// A duration longer than zero.
    Duration,
    /// A duration, or a range of durations.
    Backoff,
    /// A duration longer than zero, or a range of them.
    Cooldown,
    /// A count or a duration.
    Window,
    /// A count for a unit of time.
    Rate,
    /// More than zero and at most one.
    Ratio,
    /// A ratio, or a rate.
    Budget,
    /// A closure, or a path to a function.
    Closure,
    /// Any expression.
    Free,
}

impl Expected {
    /// What to write there, as it stands in messages.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Expected::Count => "a whole number such as `8`",
            Expected::Duration => "a duration such as `2s` or `250ms`",
            Expected::Backoff => "a duration or a range of durations, such as `50ms..2s`",
            Expected::Cooldown => "a duration or a range of durations, such as `5s..1min`",
            Expected::Window => "a number of calls such as `100`, or a duration such as `10s`",
            Expected::Rate => "a rate such as `100/s`",
            Expected::Ratio => "a number such as `0.5`",
            Expected::Budget => "a share of the calls such as `0.1`, or a rate such as `5/s`",
            Expected::Closure => "a closure such as `|item| …`",
            Expected::Free => "an expression",
        }
    }
}

/// Reads the value of `name`, and reports a literal that cannot stand there.
pub(super) fn read(expr: syn::Expr, name: &str, expected: Expected, cx: &mut Context) -> Value {
    let span = expr.span();
    let text = display(&expr);
    let literal = literal::of(&expr);
    let found = match &literal {
        Some(literal) => judge(literal, name, expected),
        None if misfit(&expr, expected) => {
            Some(message::unexpected_value(name, expected.example()))
        }
        None => None,
    };
    if let Some(sentence) = found {
        cx.report(span, sentence);
    } else if let (None, Some(unit)) = (&literal, wrong_rate_unit(&expr, expected)) {
        cx.report(
            unit.span(),
            message::unknown_unit(&unit.to_string(), literal::unit_like(&unit.to_string())),
        );
    }
    let expr = match (expected, literal) {
        (Expected::Ratio | Expected::Budget, Some(Literal::Int(1))) => whole(span),
        _ => expr,
    };
    Value {
        expr: cx.expr(expr),
        literal,
        span,
        text,
    }
}

/// All of it, as a share.
fn whole(span: Span) -> syn::Expr {
    let lit = syn::Lit::Float(syn::LitFloat::new("1.0", span));
    syn::Expr::Lit(syn::ExprLit {
        attrs: Vec::new(),
        lit,
    })
}

fn judge(literal: &Literal, name: &str, expected: Expected) -> Option<String> {
    if takes(expected, literal) {
        let nothing =
            expected != Expected::Free && expected != Expected::Backoff && is_zero(literal);
        return nothing.then(|| message::zero(name, expected.example()));
    }
    Some(match (expected, literal) {
        (Expected::Backoff | Expected::Cooldown, Literal::Range(from, to)) => {
            message::backwards(name, &format!("{}..{}", show(*to), show(*from)))
        }
        (Expected::Ratio | Expected::Budget, Literal::Int(_) | Literal::Float(_)) => {
            message::ratio(name)
        }
        (Expected::Duration | Expected::Backoff | Expected::Cooldown, Literal::Int(count)) => {
            message::bare_duration(name, &count.to_string())
        }
        (Expected::Duration | Expected::Backoff | Expected::Cooldown, Literal::Float(count)) => {
            message::bare_duration(name, &count.to_string())
        }
        (Expected::Rate, Literal::Int(count)) => message::bare_rate(name, *count),
        _ => message::unexpected_value(name, expected.example()),
    })
}

/// Whether a literal of that kind can stand there, be it zero or not.
fn takes(expected: Expected, literal: &Literal) -> bool {
    match (expected, literal) {
        (Expected::Free, _)
        | (Expected::Count | Expected::Window, Literal::Int(_))
        | (
            Expected::Duration | Expected::Backoff | Expected::Cooldown | Expected::Window,
            Literal::Duration(_),
        )
        | (Expected::Rate | Expected::Budget, Literal::Rate { .. })
        | (Expected::Ratio | Expected::Budget, Literal::Int(1)) => true,
        (Expected::Backoff | Expected::Cooldown, Literal::Range(from, to)) => from <= to,
        (Expected::Ratio | Expected::Budget, Literal::Float(ratio)) => {
            *ratio > 0.0 && *ratio <= 1.0
        }
        _ => false,
    }
}

fn is_zero(literal: &Literal) -> bool {
    match literal {
        Literal::Int(count) | Literal::Rate { count, .. } => *count == 0,
        Literal::Duration(time) | Literal::Range(time, _) => time.is_zero(),
        Literal::Float(_) => false,
    }
}

/// Literals that are no number at all, and closures where a value is wanted.
fn misfit(expr: &syn::Expr, expected: Expected) -> bool {
    match expr {
        syn::Expr::Lit(lit) => {
            expected != Expected::Free
                && matches!(
                    lit.lit,
                    syn::Lit::Str(_)
                        | syn::Lit::Bool(_)
                        | syn::Lit::Char(_)
                        | syn::Lit::Byte(_)
                        | syn::Lit::ByteStr(_)
                )
        }
        syn::Expr::Range(range) => match expected {
            Expected::Free => false,
            Expected::Backoff | Expected::Cooldown => {
                let whole = range.start.is_some() && range.end.is_some();
                !whole || matches!(range.limits, syn::RangeLimits::Closed(_))
            }
            _ => true,
        },
        syn::Expr::Closure(_) => !matches!(expected, Expected::Free | Expected::Closure),
        syn::Expr::Unary(unary) => {
            matches!(unary.op, syn::UnOp::Neg(_))
                && expected != Expected::Free
                && literal::of(&unary.expr).is_some()
        }
        _ => false,
    }
}

/// `500/sec`, where a rate is wanted.
fn wrong_rate_unit(expr: &syn::Expr, expected: Expected) -> Option<syn::Ident> {
    let syn::Expr::Binary(binary) = expr else {
        return None;
    };
    let divided = matches!(binary.op, syn::BinOp::Div(_))
        && matches!(literal::of(&binary.left), Some(Literal::Int(_)));
    let unit = match &*binary.right {
        syn::Expr::Path(path) => path.path.get_ident()?.clone(),
        _ => return None,
    };
    (matches!(expected, Expected::Rate | Expected::Budget) && divided).then_some(unit)
}

/// The source text of an expression, as close to what was written as tokens allow.
fn display(expr: &syn::Expr) -> String {
    use quote::ToTokens;
    let tokens = expr.to_token_stream();
    if let syn::Expr::Lit(_) = expr {
        return tokens.to_string();
    }
    if let Some(text) = expr
        .span()
        .source_text()
        .filter(|text| tokens_agree(text, &tokens))
    {
        return text;
    }
    tokens.to_string().replace(" .. ", "..").replace(" / ", "/")
}

fn tokens_agree(text: &str, tokens: &proc_macro2::TokenStream) -> bool {
    let squeeze = |text: &str| {
        text.chars()
            .filter(|sign| !sign.is_whitespace())
            .collect::<String>()
    };
    squeeze(text) == squeeze(&tokens.to_string())
}

/// A duration as it would be written, in the largest unit that leaves no fraction.
pub(crate) fn show(time: Duration) -> String {
    literal::show(time)
}

#[cfg(test)]
mod tests;
