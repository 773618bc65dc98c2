//! The expressions of the user, with the pipeline's parameters in reach.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure};

use super::Emitter;
use crate::ast::{Param, Value};

impl Emitter<'_> {
    /// The arguments behind the item, as a tuple.
    pub(super) fn arguments(&self, args: &[Expr]) -> TokenStream {
        let args = args.iter().map(|arg| self.argument(arg));
        ours!((#(#args,)*))
    }

    fn argument(&self, arg: &Expr) -> TokenStream {
        let span = arg.span();
        let used = self.used(arg);
        let place = strip(arg);
        if let Some(param) = used.iter().find(|param| roots(place, param)) {
            let name = &param.name;
            if matches!(place, Expr::Path(_)) {
                return ours_at!(span => __rt::place(this, |this: &Self| &this.#name));
            }
            return ours_at!(span => __rt::place(this, |this: &Self| {
                let #name = &this.#name;
                &#place
            }));
        }
        let bound = bind(&used);
        ours_at!(span => __rt::made(this, |this: &Self| { #bound #arg }))
    }

    /// An argument of an inner pipeline's `new`: the value, or a clone of the parameter.
    pub(super) fn value_argument(&self, arg: &Expr) -> TokenStream {
        let used = self.used(arg);
        let bound = bind(&used);
        if used.iter().any(|param| roots(arg, param)) {
            return ours_at!(arg.span() => { #bound __rt::Clone::clone(&*#arg) });
        }
        ours!({ #bound #arg })
    }

    /// The value of an option.
    pub(super) fn value(&self, value: &Value) -> TokenStream {
        self.expression(&value.expr)
    }

    /// An expression that is evaluated once, while the run is put together.
    pub(super) fn expression(&self, expr: &impl ToTokens) -> TokenStream {
        let used = self.used(expr);
        if used.is_empty() {
            return expr.to_token_stream();
        }
        let bound = bind(&used);
        ours!({ #bound #expr })
    }

    /// A closure that outlives the assembly: it owns handles on the parameters that it speaks of.
    pub(super) fn closure(&self, expr: &Expr) -> TokenStream {
        let used = self.used(expr);
        if used.is_empty() {
            return expr.to_token_stream();
        }
        let bound = self.handles(&used);
        let expr = match strip_parens(expr) {
            Expr::Closure(closure) => owning(closure).into_token_stream(),
            other => other.to_token_stream(),
        };
        ours!({ #bound #expr })
    }

    /// Handles on parameters, for code that outlives the assembly.
    pub(super) fn handles(&self, used: &[&Param]) -> TokenStream {
        let handles = used.iter().map(|param| {
            let name = &param.name;
            ours!(let #name = __rt::parameter(this, |this: &Self| &this.#name);)
        });
        handles.collect()
    }
}

fn owning(closure: &ExprClosure) -> ExprClosure {
    let mut closure = closure.clone();
    closure.capture.get_or_insert_with(Default::default);
    closure
}

fn bind(used: &[&Param]) -> TokenStream {
    let lets = used.iter().map(|param| {
        let name = &param.name;
        ours!(let #name = &this.#name;)
    });
    lets.collect()
}

/// The place that a reference names.
fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(reference) if reference.mutability.is_none() => strip(&reference.expr),
        other => strip_parens(other),
    }
}

fn strip_parens(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => strip_parens(&paren.expr),
        Expr::Group(group) => strip_parens(&group.expr),
        other => other,
    }
}

/// Whether the expression is a place inside that parameter.
fn roots(expr: &Expr, param: &Param) -> bool {
    match expr {
        Expr::Path(path) => path.path.is_ident(&param.name),
        Expr::Field(field) => roots(&field.base, param),
        Expr::Paren(paren) => roots(&paren.expr, param),
        Expr::Group(group) => roots(&group.expr, param),
        _ => false,
    }
}
