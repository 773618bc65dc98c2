//! Names that are doubled, of no use, or those of something else.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use std::collections::BTreeMap;

use crate::ast::{Block, plain};
use crate::diagnostics::Diagnostics;
use crate::graph::Graph;
use crate::message;

pub(super) fn no_stage(graph: &Graph, diag: &mut Diagnostics) {
    let pipeline = graph.pipeline;
    if pipeline.declarations.is_empty()
        && pipeline.statements.is_empty()
        && pipeline.broken.is_empty()
    {
        diag.report(
            pipeline.name.span(),
            message::pipeline_without_stages(&plain(&pipeline.name)),
        );
    }
}

/// Names that Rust keeps for itself.
pub(super) fn reserved(graph: &Graph, diag: &mut Diagnostics) {
    let pipeline = graph.pipeline;
    let declared = pipeline.declarations.iter().map(|declared| &declared.name);
    let params = pipeline.params.iter().map(|param| &param.name);
    for name in declared.chain(params).chain([&pipeline.name]) {
        if syn::parse2::<Ident>(name.to_token_stream()).is_err() {
            let raw = !["self", "Self", "super", "crate", "_"]
                .iter()
                .any(|word| name == word);
            diag.report(name.span(), message::reserved(&name.to_string(), raw));
        }
    }
}

pub(super) fn declared_twice(graph: &Graph, diag: &mut Diagnostics) {
    doubles(
        graph
            .pipeline
            .declarations
            .iter()
            .map(|declared| &declared.name),
        message::declared_twice,
        diag,
    );
}

pub(super) fn parameters_twice(graph: &Graph, diag: &mut Diagnostics) {
    doubles(
        graph.pipeline.params.iter().map(|param| &param.name),
        message::parameter_twice,
        diag,
    );
}

pub(super) fn pipelines_twice(block: &Block, diag: &mut Diagnostics) {
    doubles(
        block.pipelines.iter().map(|pipeline| &pipeline.name),
        message::pipeline_twice,
        diag,
    );
}

fn doubles<'n>(
    names: impl Iterator<Item = &'n Ident>,
    sentence: fn(&str) -> String,
    diag: &mut Diagnostics,
) {
    let mut places: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    for name in names {
        places.entry(plain(name)).or_default().push(name.span());
    }
    for (name, spans) in places.iter().filter(|(_, spans)| spans.len() > 1) {
        diag.report_all(spans, &sentence(name));
    }
}

/// A parameter that stands in no argument, option or closure. Where no stage is declared, that is told instead.
pub(super) fn unused_parameters(graph: &Graph, diag: &mut Diagnostics) {
    let words = &graph.pipeline.words;
    if graph.pipeline.declarations.is_empty() {
        return;
    }
    for param in &graph.pipeline.params {
        let name = plain(&param.name);
        if !words.mention(&param.name) && !name.starts_with('_') {
            diag.report(param.name.span(), message::unused_parameter(&name));
        }
    }
}

pub(super) fn named_like_the_pipeline(graph: &Graph, diag: &mut Diagnostics) {
    let name = plain(&graph.pipeline.name);
    for declared in graph
        .pipeline
        .declarations
        .iter()
        .filter(|declared| plain(&declared.name) == name)
    {
        diag.report(
            declared.name.span(),
            message::stage_named_like_pipeline(&name),
        );
    }
}
