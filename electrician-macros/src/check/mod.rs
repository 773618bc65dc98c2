//! A graph comes in; whatever is wrong with it is reported. Nothing is changed.

mod cycles;
mod failures;
mod flow;
mod groups;
mod liveness;
mod names;
mod operators;
mod options;
mod ports;
mod warnings;

use crate::ast::Block;
use crate::diagnostics::Diagnostics;
use crate::graph::Graph;

type Pass = fn(&Graph, &mut Diagnostics);

const PASSES: [Pass; 24] = [
    names::no_stage,
    names::reserved,
    names::declared_twice,
    names::parameters_twice,
    names::unused_parameters,
    names::named_like_the_pipeline,
    operators::unknown,
    groups::size,
    groups::doubles,
    groups::keyed,
    ports::directions,
    ports::existence,
    ports::error_feeds_itself,
    flow::never_wired,
    flow::ends,
    flow::unreached,
    cycles::unmarked,
    cycles::feedback,
    liveness::way_out,
    liveness::even_branches,
    liveness::zip_feeds_itself,
    options::fit,
    failures::failures,
    warnings::warnings,
];

/// Runs every check of one pipeline.
pub(crate) fn check(graph: &Graph, diag: &mut Diagnostics) {
    for pass in PASSES {
        pass(graph, diag);
    }
}

/// What can be wrong between the pipelines of one block.
pub(crate) fn check_block(block: &Block, diag: &mut Diagnostics) {
    names::pipelines_twice(block, diag);
}

#[cfg(test)]
mod tests;
