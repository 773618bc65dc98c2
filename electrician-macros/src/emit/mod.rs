//! A checked graph comes in; the pipeline's type and the code that puts a run together go out. Nothing here can fail.

/// Tokens of our own: their variables are not the user's, whatever the names.
macro_rules! ours {
    ($($tokens:tt)*) => {
        ::quote::quote_spanned!(::proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

/// Tokens of our own, located where the user will look for a mistake.
macro_rules! ours_at {
    ($span:expr => $($tokens:tt)*) => {{
        let span = $crate::located::shown_at($span, ::proc_macro2::Span::mixed_site());
        ::quote::quote_spanned!(span=> $($tokens)*)
    }};
}

mod arguments;
mod body;
mod edges;
mod editor;
mod island;
mod line;
mod lone;
mod names;
mod options;
mod pass;
mod pool;
mod prologue;
mod task;
mod topology;
mod types;
mod unique;
mod ways;

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::ToTokens;

use crate::graph::Graph;

pub(crate) use editor::lost;
pub(crate) use names::Emitter;
#[cfg(test)]
pub(crate) use unique::OURS;

/// The whole expansion of one pipeline.
pub(crate) fn emit(graph: &Graph, headings: bool) -> TokenStream {
    let emitter = Emitter::new(graph, headings);
    let types = types::emit(&emitter);
    let mut body = types::opening(&emitter);
    assemble(&emitter, &mut body);
    let pipeline = types::implement(&emitter, body);
    ours!(#types #pipeline)
}

/// The types of a pipeline that was refused, so that its users' code still compiles; the rest is for editors alone.
pub(crate) fn stub(graph: &Graph) -> TokenStream {
    let emitter = Emitter::new(graph, false);
    let types = types::emit(&emitter);
    let (mut body, mut assembly) = (types::opening(&emitter), TokenStream::new());
    assemble(&emitter, &mut assembly);
    body.extend([editor::body(&emitter, assembly, &types)]);
    let pipeline = types::implement(&emitter, body);
    ours!(#types #pipeline)
}

/// The straight line from the stages to the tasks.
fn assemble(emitter: &Emitter, line: &mut TokenStream) {
    line.extend(editor::named(emitter));
    prologue::emit(emitter, line);
    edges::emit(emitter, line);
    island::emit(emitter, line);
}

/// What a template takes over when it comes to it: the tokens of a variable are copied to their place, these are moved.
fn in_place<F: Fn() -> TokenStream>(make: F) -> InPlace<F> {
    InPlace(make)
}

struct InPlace<F>(F);

impl<F: Fn() -> TokenStream> ToTokens for InPlace<F> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend([(self.0)()]);
    }
}

/// `{ … }`, which goes to its place as one token.
fn braced(tokens: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(Span::mixed_site());
    group
}

#[cfg(test)]
mod tests;
