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

use proc_macro2::TokenStream;

use crate::graph::Graph;

pub(crate) use editor::lost;
pub(crate) use names::Emitter;
#[cfg(test)]
pub(crate) use unique::OURS;

/// The whole expansion of one pipeline.
pub(crate) fn emit(graph: &Graph, headings: bool) -> TokenStream {
    let emitter = Emitter::new(graph, headings);
    let types = types::emit(&emitter);
    let body = assemble(&emitter);
    let pipeline = types::implement(&emitter, &body);
    ours!(#types #pipeline)
}

/// The types of a pipeline that was refused, so that its users' code still compiles; the rest is for editors alone.
pub(crate) fn stub(graph: &Graph) -> TokenStream {
    let emitter = Emitter::new(graph, false);
    let types = types::emit(&emitter);
    let body = editor::body(&emitter, &assemble(&emitter), &types);
    let pipeline = types::implement(&emitter, &body);
    ours!(#types #pipeline)
}

/// The straight line from the stages to the tasks.
fn assemble(emitter: &Emitter) -> TokenStream {
    let named = editor::named(emitter);
    let stages = prologue::emit(emitter);
    let edges = edges::emit(emitter);
    let islands = island::emit(emitter);
    ours!(#named #stages #edges #islands)
}

#[cfg(test)]
mod tests;
