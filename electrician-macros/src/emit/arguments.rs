//! The expressions of the user, with the pipeline's parameters in reach.
//!
//! Wherever a parameter is named, it is a reference to its value.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprClosure, ReturnType};

use super::Emitter;
use crate::ast::{Param, Value};

impl Emitter<'_> {
    /// The arguments behind the item, as a tuple.
    pub(super) fn arguments(&self, args: &[Expr]) -> TokenStream {
        let args = args.iter().map(|arg| self.argument(arg));
        ours!((#(#args,)*))
    }

    /// A place of a parameter, which is lent, or a value that is made.
    fn argument(&self, arg: &Expr) -> TokenStream {
        let span = arg.span();
        if let Some(place) = self.place(arg) {
            return ours_at!(span => __rt::named(this, |this: &Self| #place).passed());
        }
        let used = self.used(arg);
        if used.is_empty() {
            return ours_at!(span => __rt::made(this, |_| #arg));
        }
        let bound = bind(&used);
        let arg = tail(arg);
        ours_at!(span => __rt::made(this, |this: &Self| { #bound #arg }))
    }

    /// An argument of an inner pipeline's `new`: the value, or a clone of the place.
    pub(super) fn value_argument(&self, arg: &Expr) -> TokenStream {
        match self.place(arg) {
            Some(place) => ours_at!(arg.span() => __rt::Clone::clone(#place)),
            None => self.expression(arg),
        }
    }

    /// A reference to the place of a parameter that an argument names: itself, or a field in it.
    fn place(&self, arg: &Expr) -> Option<TokenStream> {
        let place = strip(arg);
        let mut params = self.graph.pipeline.params.iter();
        let param = params.find(|param| roots(place, param))?;
        let name = &param.name;
        let is_param = matches!(place, Expr::Path(_));
        Some(if is_param {
            ours!(&this.#place)
        } else {
            ours!({ let #name = &this.#name; &#place })
        })
    }

    /// The value of an option; a literal speaks of no parameter.
    pub(super) fn value(&self, value: &Value) -> TokenStream {
        match value.literal {
            Some(_) => value.expr.to_token_stream(),
            None => self.expression(&value.expr),
        }
    }

    /// An expression that is evaluated once, while the run is put together.
    fn expression(&self, expr: &Expr) -> TokenStream {
        let tokens = expr.to_token_stream();
        let used = self.used(&tokens);
        if used.is_empty() {
            return tokens;
        }
        let (bound, expr) = (bind(&used), tail(expr));
        ours!({ #bound #expr })
    }

    /// What an operator is given: a closure, which outlives the assembly, or a value.
    pub(super) fn operand(&self, expr: &Expr) -> TokenStream {
        match strip_parens(expr) {
            Expr::Closure(closure) => self.closure(closure),
            _ => self.expression(expr),
        }
    }

    /// A closure that outlives the assembly: it owns handles on the parameters that it speaks of.
    pub(super) fn closure(&self, closure: &ExprClosure) -> TokenStream {
        let used = self.used_by(closure);
        if used.is_empty() {
            return closure.to_token_stream();
        }
        let handles = Self::handles(&used);
        let ExprClosure {
            attrs,
            inputs,
            output,
            body,
            ..
        } = closure;
        let body = match (&**body, closure.asyncness) {
            (Expr::Async(waits), _) => waiting(&used, &waits.block, &ReturnType::Default),
            (_, Some(_)) => waiting(&used, &tail(body), output),
            _ => {
                let (lent, body) = (Self::lent(&used), tail(body));
                return ours!({ #handles #(#attrs)* move |#inputs| #output { #lent #body } });
            }
        };
        ours!({ #handles #(#attrs)* move |#inputs| #body })
    }

    /// The option `key`: it hashes the place that the closure names.
    pub(super) fn hasher(&self, key: &ExprClosure) -> TokenStream {
        let used = self.used_by(key);
        let (handles, lent) = (Self::handles(&used), Self::lent(&used));
        let ExprClosure { inputs, body, .. } = key;
        let inputs = inputs.iter();
        let hasher = ours!(move |#(#inputs,)* hasher| { #lent __rt::hash_key(&(#body), hasher); });
        if used.is_empty() {
            hasher
        } else {
            ours!({ #handles #hasher })
        }
    }

    /// The parameters that a closure speaks of, and does not take itself.
    fn used_by(&self, closure: &ExprClosure) -> Vec<&Param> {
        let own = self.used(&closure.inputs);
        let is_own = |param: &&Param| own.iter().any(|own| own.name == param.name);
        self.used(&closure.body)
            .into_iter()
            .filter(|param| !is_own(param))
            .collect()
    }

    /// Handles on parameters, for code that outlives the assembly.
    pub(super) fn handles(used: &[&Param]) -> TokenStream {
        let names = used.iter().map(|param| &param.name);
        ours!(#(let #names = __rt::parameter(this, |this: &Self| &this.#names);)*)
    }

    /// References to the values behind handles.
    pub(super) fn lent(used: &[&Param]) -> TokenStream {
        let names = used.iter().map(|param| &param.name);
        ours!(#(let #names = &*#names;)*)
    }
}

/// The body of a closure whose calls are waited for: each call has handles of its own.
fn waiting(used: &[&Param], body: &impl ToTokens, output: &ReturnType) -> TokenStream {
    let names = used.iter().map(|param| &param.name);
    let lent = Emitter::lent(used);
    let waits = ours!(async move { #lent #body });
    let typed = match output {
        ReturnType::Default => waits,
        ReturnType::Type(_, ty) => ours!(__rt::typed::<#ty, _>(#waits)),
    };
    ours!({ #(let #names = __rt::Clone::clone(&#names);)* #typed })
}

fn bind(used: &[&Param]) -> TokenStream {
    let names = used.iter().map(|param| &param.name);
    ours!(#(let #names = &this.#names;)*)
}

/// An expression at the end of a block. One that goes on behind a block of its own, `{ … } + 1`, would end there.
fn tail(expr: &Expr) -> TokenStream {
    if first(expr).is_some_and(ends_statement) {
        ours!((#expr))
    } else {
        expr.to_token_stream()
    }
}

/// What stands first in an expression that goes on behind it.
fn first(expr: &Expr) -> Option<&Expr> {
    let before: &Expr = match expr {
        Expr::Assign(assign) => &assign.left,
        Expr::Await(wait) => &wait.base,
        Expr::Binary(binary) => &binary.left,
        Expr::Call(call) => &call.func,
        Expr::Cast(cast) => &cast.expr,
        Expr::Field(field) => &field.base,
        Expr::Index(index) => &index.expr,
        Expr::MethodCall(call) => &call.receiver,
        Expr::Range(range) => range.start.as_deref()?,
        Expr::Try(tried) => &tried.expr,
        _ => return None,
    };
    first(before).or(Some(before))
}

/// Whether a statement that begins with this is over behind it.
fn ends_statement(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Block(_)
            | Expr::Const(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::TryBlock(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    )
}

/// The place that a reference names.
fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(reference) if reference.mutability.is_none() => strip(&reference.expr),
        Expr::Paren(_) | Expr::Group(_) => strip(strip_parens(expr)),
        other => other,
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
    match strip_parens(expr) {
        Expr::Path(path) => path.path.is_ident(&param.name),
        Expr::Field(field) => roots(&field.base, param),
        _ => false,
    }
}
