//! The tokens of a function come in; its signature goes out, if it is one that a pipeline can call.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, PatType, Signature, Visibility};

use super::message;
use super::options::Options;
use super::waiting::may_wait;
use crate::diagnostics::Diagnostics;

/// What a pipeline knows of a function: all that can be seen from outside, and whether it waits.
pub(super) struct Function {
    pub(super) vis: Visibility,
    pub(super) sig: Signature,
    /// Whether a call may have to wait.
    pub(super) waits: bool,
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let (vis, sig): (_, Signature) = (input.parse()?, input.parse()?);
        let body: TokenStream = input.parse()?; // it stays as it is, even where it does not parse
        let waits = sig.asyncness.is_some() && may_wait(&attributes, body);
        Ok(Self { vis, sig, waits })
    }
}

/// Reads a function, and reports what no pipeline could call.
pub(super) fn parse(
    item: TokenStream,
    attribute: &str,
    diag: &mut Diagnostics,
) -> Option<Function> {
    let span = item
        .clone()
        .into_iter()
        .next()
        .map_or_else(proc_macro2::Span::call_site, |tree| tree.span());
    let Ok(function) = Function::parse.parse2(item) else {
        diag.report(span, message::not_a_function(attribute));
        return None;
    };
    let sig = &function.sig;
    if let Some(receiver) = sig.receiver() {
        diag.report(receiver.self_token.span, message::method(attribute));
        return None;
    }
    if let Some(constness) = &sig.constness {
        diag.report(constness.span, message::qualified("const", attribute));
    }
    let safety = sig.safety.to_token_stream();
    if safety.to_string() == "unsafe" {
        diag.report(safety.span(), message::qualified("unsafe", attribute));
    }
    if let Some(abi) = &sig.abi {
        diag.report(
            abi.extern_token.span,
            message::qualified("extern", attribute),
        );
    }
    if let Some(variadic) = &sig.variadic {
        diag.report(variadic.dots.span(), message::variadic());
    }
    Some(function)
}

impl Function {
    /// The parameters, each with its type.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &PatType> {
        self.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(typed),
            FnArg::Receiver(_) => None,
        })
    }

    /// The type that a pipeline names: of the same name, with braces, so that the value stays the function.
    pub(super) fn type_of_its_name(&self) -> TokenStream {
        let (vis, name) = (&self.vis, &self.sig.ident);
        let item = quote_spanned! { name.span() => #vis struct #name {} };
        quote! {
            #[doc(hidden)]
            #[allow(non_camel_case_types, dead_code, unreachable_pub, missing_debug_implementations, missing_copy_implementations)]
            #item
        }
    }

    /// A type of the same name that holds what is wrong: whatever a pipeline does with it, the compiler says nothing more.
    pub(super) fn refused(&self, options: &Options, errors: &TokenStream) -> TokenStream {
        let (vis, name, private) = (&self.vis, &self.sig.ident, options.private());
        quote! {
            #[doc(hidden)]
            #[allow(non_camel_case_types, dead_code, unreachable_pub)]
            #vis type #name = #private::Refused<{ #errors }>;
        }
    }
}
