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
    let implementation = function
        .as_ref()
        .and_then(|function| implement(function, &options, &mut diag));
    let is_right = diag.is_empty();
    let errors = diag.into_compile_errors();
    let stage = match &function {
        Some(function) if is_right => function.type_of_its_name(),
        Some(function) => function.refused(&options, &errors),
        None => errors,
    };
    let mut all = item;
    all.extend(stage);
    all.extend(implementation.filter(|_| is_right));
    all
}
