//! What every part of the parser has at hand: where to report, the words read so far.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::ParseStream;

use super::cursor::read_rust;
use super::words::Words;
use super::{Value, value};
use crate::diagnostics::Diagnostics;
use crate::message;

pub(crate) struct Context<'d> {
    pub(crate) diag: &'d mut Diagnostics,
    pub(crate) words: Words,
    /// What could not be read.
    pub(crate) broken: Vec<TokenStream>,
}

impl Context<'_> {
    pub(crate) fn report(&mut self, span: Span, message: String) {
        self.diag.report(span, message);
    }

    /// Reads `trees` with a parser of `syn`; what it dislikes is reported on the user's token.
    pub(crate) fn rust<T>(
        &mut self,
        trees: &[TokenTree],
        end: Span,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> Option<T> {
        let end = trees.last().map_or(end, TokenTree::span);
        read_rust(trees, end, parser)
            .map_err(|error| self.report_rust(&error))
            .ok()
    }

    /// Reports what `syn` said.
    pub(crate) fn report_rust(&mut self, error: &syn::Error) {
        self.words.tear();
        for one in error.clone() {
            self.report(one.span(), message::rust(&one.to_string()));
        }
    }

    /// Reports that an expression is missing.
    pub(crate) fn report_missing(&mut self, span: Span, message: String) {
        self.words.tear();
        self.report(span, message);
    }

    /// Reports a type that is not written, and gives the type that stands in its place.
    pub(crate) fn missing_type(&mut self, span: Span, message: String) -> syn::Type {
        let name = self.diag.report_type(span, message);
        syn::parse_quote!(#name)
    }

    /// The same where `syn` could not read one.
    pub(crate) fn unreadable_type(&mut self, error: &syn::Error) -> syn::Type {
        self.missing_type(error.span(), message::rust(&error.to_string()))
    }

    /// Remembers tokens that could not be read: the stages that they mention may well have been wired there.
    pub(crate) fn give_up(&mut self, tokens: TokenStream) {
        self.words.read(tokens.clone());
        self.broken.push(tokens);
    }

    /// An expression of the user's, with its words remembered and its suffixed literals rewritten.
    pub(crate) fn expr(&mut self, mut expr: syn::Expr) -> syn::Expr {
        self.words.read(expr.to_token_stream());
        value::rewrite(&mut expr, self);
        expr
    }

    /// Like [`Context::expr`], for a closure.
    pub(crate) fn closure(&mut self, closure: syn::ExprClosure) -> syn::ExprClosure {
        match self.expr(syn::Expr::Closure(closure.clone())) {
            syn::Expr::Closure(rewritten) => rewritten,
            _ => closure,
        }
    }

    /// Like [`Context::expr`], where `expected` says what a literal may be.
    pub(crate) fn value(
        &mut self,
        expr: syn::Expr,
        name: &str,
        expected: value::Expected,
    ) -> Value {
        value::read(expr, name, expected, self)
    }
}
