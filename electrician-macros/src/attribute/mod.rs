//! `#[handler]` and `#[generator]`: a function comes in; the function goes out, and beside it a type that a pipeline can name.

mod argument;
mod generator;
mod generics;
mod handler;
mod lifetimes;
mod message;
mod options;
mod outputs;
mod period;
mod returns;
mod signature;
mod syntax;
mod waiting;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;
use options::Options;
use signature::Function;

/// Expands `#[handler]`.
pub(crate) fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(args, item, &options::HANDLER, handler::implement)
}

/// Expands `#[generator]`.
pub(crate) fn generator(args: TokenStream, item: TokenStream) -> TokenStream {
    expand(args, item, &options::GENERATOR, generator::implement)
}

type Implement = fn(&Function, &Options, &mut Diagnostics) -> Option<TokenStream>;

/// The function as it was written, then its type and what that implements, or what is wrong with it.
fn expand(
    args: TokenStream,
    item: TokenStream,
    known: &options::Known,
    implement: Implement,
) -> TokenStream {
    let mut diag = Diagnostics::default();
    let options = options::parse(args, known, &mut diag);
    let function = signature::parse(item.clone(), known.attribute, &mut diag);
    let name = function.as_ref().map(Function::type_of_its_name);
    let implementation = function.and_then(|function| implement(&function, &options, &mut diag));
    let implementation = implementation.filter(|_| diag.is_empty());
    let errors = diag.into_compile_errors();
    let mut all = item;
    all.extend(quote! { #name #implementation #errors });
    all
}
