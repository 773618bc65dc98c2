//! The story of a block: parse what was written, build the graph, check it, stop if anything was reported, emit.

use proc_macro2::TokenStream;
use std::collections::BTreeSet;

use crate::ast::{self, Block, plain};
use crate::diagnostics::Diagnostics;
use crate::graph::{self, Graph};
use crate::{check, editor, emit};

/// Expands a block of pipelines. Each that is right is shown, too.
pub(crate) fn pipeline(tokens: TokenStream, show: impl Fn(&Graph)) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let block = ast::parse(editor::whole(tokens), &mut diagnostics);
    let graphs = graphs(&block, &mut diagnostics);
    check::check_block(&block, &mut diagnostics);
    for graph in &graphs {
        check::check(graph, &mut diagnostics);
    }
    if diagnostics.is_empty() {
        graphs.iter().for_each(show);
        let pipelines = graphs.iter().map(|graph| emit::emit(graph, false));
        pipelines.chain([diagnostics.warnings()]).collect()
    } else {
        let mut all = diagnostics.into_compile_errors();
        all.extend(refused(&block, &graphs));
        all
    }
}

/// What stands in the place of a block in which something is wrong. Of two pipelines with one name the first has the type.
fn refused(block: &Block, graphs: &[Graph]) -> TokenStream {
    let mut names = BTreeSet::new();
    let mut all = TokenStream::new();
    for graph in graphs {
        if names.insert(plain(&graph.pipeline.name)) {
            all.extend(emit::stub(graph));
        } else {
            all.extend(emit::lost(graph.pipeline.source.clone()));
        }
    }
    all.extend(block.nameless.iter().cloned().map(emit::lost));
    all
}

fn graphs<'a>(block: &'a Block, diagnostics: &mut Diagnostics) -> Vec<Graph<'a>> {
    let pipelines = block.pipelines.iter();
    pipelines
        .map(|pipeline| graph::build(pipeline, diagnostics))
        .collect()
}

#[cfg(test)]
mod tests;
