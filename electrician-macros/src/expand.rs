//! The story of a block: parse what was written, build the graph, check it, stop if anything was reported, emit.

use proc_macro2::TokenStream;

use crate::ast::{self, Block};
use crate::diagnostics::Diagnostics;
use crate::graph::{self, Graph};
use crate::{check, emit, inspect};

/// Expands a block of pipelines.
pub(crate) fn pipeline(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let block = ast::parse(tokens, &mut diagnostics);
    let graphs = graphs(&block, &mut diagnostics);
    check::check_block(&block, &mut diagnostics);
    for graph in &graphs {
        check::check(graph, &mut diagnostics);
    }
    if !diagnostics.is_empty() {
        let stubs: TokenStream = first_of_each_name(&graphs).map(emit::stub).collect();
        let mut errors = diagnostics.into_compile_errors();
        errors.extend(stubs);
        return errors;
    }
    let pipelines = graphs.iter().map(expansion);
    pipelines.chain([diagnostics.warnings()]).collect()
}

/// Of two pipelines with one name only the first has a type.
fn first_of_each_name<'g, 'a>(graphs: &'g [Graph<'a>]) -> impl Iterator<Item = &'g Graph<'a>> {
    let name = |graph: &Graph| graph.pipeline.name.to_string();
    let is_first = move |at: usize| {
        !graphs[..at]
            .iter()
            .any(|graph| name(graph) == name(&graphs[at]))
    };
    graphs
        .iter()
        .enumerate()
        .filter(move |(at, _)| is_first(*at))
        .map(|(_, graph)| graph)
}

fn graphs<'a>(block: &'a Block, diagnostics: &mut Diagnostics) -> Vec<Graph<'a>> {
    let pipelines = block.pipelines.iter();
    pipelines
        .map(|pipeline| graph::build(pipeline, diagnostics))
        .collect()
}

fn expansion(graph: &Graph) -> TokenStream {
    if inspect::is_asked(graph.pipeline) {
        inspect::write(graph, &emit::emit(graph, true));
    }
    emit::emit(graph, false)
}
