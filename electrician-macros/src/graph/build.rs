//! A pipeline as it is written comes in; its graph goes out. Names that lead nowhere are reported and left out.

use proc_macro2::{Ident, Span, TokenStream};
use std::collections::BTreeSet;

use super::{
    Edge, EdgeId, Graph, Labels, Port, PortName, Stage, StageId, StageKind, cycles, islands, wire,
};
use crate::ast::{Class, DeclKind, Declaration, EdgeOptions, Pipeline, StageOptions, Words, plain};
use crate::diagnostics::Diagnostics;

/// Builds the graph of one pipeline.
pub(crate) fn build<'a>(pipeline: &'a Pipeline, diag: &mut Diagnostics) -> Graph<'a> {
    let mut graph = Graph {
        pipeline,
        stages: Vec::new(),
        labels: Labels::default(),
        edges: Vec::new(),
        islands: Vec::new(),
        cycles: Vec::new(),
        uses: Vec::new(),
        excused: BTreeSet::new(),
        broken: broken_words(pipeline),
    };
    for declaration in &pipeline.declarations {
        declare(&mut graph, declaration);
    }
    wire::wire(&mut graph, diag);
    excuse_broken(&mut graph);
    relay(&mut graph);
    settle_options(&mut graph);
    cycles::find(&mut graph);
    islands::fuse(&mut graph);
    graph
}

/// Adds the stage of a declaration; of two with one name, the first.
fn declare<'a>(graph: &mut Graph<'a>, declaration: &'a Declaration) {
    if graph.labels.find(&plain(&declaration.name)).is_some() {
        return;
    }
    let kind = match &declaration.kind {
        DeclKind::Generator(callee) => StageKind::Generator(callee),
        DeclKind::Handler(callee) => StageKind::Handler(callee),
        DeclKind::Pipeline(callee) => StageKind::Sub(callee),
        DeclKind::Input(ty) => StageKind::Input(ty),
        DeclKind::Output(ty) => StageKind::Output(ty),
    };
    let mut options = declaration.options.clone();
    options.merge(&graph.pipeline.defaults, kind.defaults());
    let name = declaration.name.clone();
    let span = name.span();
    let id = add(graph, name, kind, options, declaration.text.clone(), span);
    graph.stages[id.0].docs = &declaration.attrs;
}

/// Adds a stage that has no declaration, under the first free name.
pub(super) fn add_unnamed<'a>(
    graph: &mut Graph<'a>,
    prefix: &str,
    kind: StageKind<'a>,
    text: &TokenStream,
    span: Span,
) -> StageId {
    let name = graph.labels.free(prefix);
    add(
        graph,
        Ident::new(&name, span),
        kind,
        StageOptions::default(),
        text.clone(),
        span,
    )
}

fn add<'a>(
    graph: &mut Graph<'a>,
    name: Ident,
    kind: StageKind<'a>,
    options: StageOptions,
    text: TokenStream,
    span: Span,
) -> StageId {
    let id = StageId(graph.stages.len());
    graph.labels.insert(plain(&name), id);
    graph.stages.push(Stage {
        id,
        label: plain(&name),
        name,
        kind,
        options,
        output: Port::Unwired,
        error: Port::Unwired,
        neutral: Port::Unwired,
        overflow: Port::Unwired,
        inputs: Vec::new(),
        island: 0,
        docs: &[],
        text,
        span,
    });
    id
}

fn broken_words(pipeline: &Pipeline) -> Words {
    let mut words = Words::default();
    for text in &pipeline.broken {
        words.read(text.clone());
    }
    words
}

/// A stage that a broken statement mentions may well have been wired there, and one that nothing leads to reached.
fn excuse_broken(graph: &mut Graph) {
    let is_lost = !graph.pipeline.broken.is_empty();
    let mentioned = graph
        .stages
        .iter()
        .filter(|stage| {
            let is_open = is_lost && stage.inputs.is_empty() && !stage.is_source();
            is_open || graph.broken.mention(&stage.name)
        })
        .map(|stage| stage.id);
    let mentioned: Vec<StageId> = mentioned.collect();
    graph.excused.extend(mentioned);
}

/// What comes out of an inner pipeline enters one queue: where it is divided, or discarded, a stage behind it does that.
fn relay(graph: &mut Graph) {
    for id in (0..graph.stages.len()).map(StageId) {
        let stage = graph.stage(id);
        let one = matches!(&stage.output, Port::Unwired)
            || matches!(&stage.output, Port::Edges(edges) if edges.len() == 1);
        if one || !matches!(stage.kind, StageKind::Sub(_)) {
            continue;
        }
        let (span, text, prefix) = (
            stage.span,
            stage.text.clone(),
            format!("{}_out", stage.label),
        );
        let name = Ident::new("relay", span);
        let kind = StageKind::Operator {
            name,
            class: Class::Inline,
            args: Vec::new(),
        };
        let relay = add_unnamed(graph, &prefix, kind, &text, span);
        let output = std::mem::replace(&mut graph.stages[id.0].output, Port::Unwired);
        for edge in output.edges() {
            graph.edges[edge.0].from.0 = relay;
        }
        graph.stages[relay.0].output = output;
        let into = EdgeId(graph.edges.len());
        let (from, options) = ((id, PortName::Output), EdgeOptions::default());
        let edge = Edge {
            id: into,
            from,
            to: vec![relay],
            arrow: span,
            options,
            feedback: false,
            fused: false,
            arm: None,
            cycle: None,
        };
        graph.edges.push(edge);
        graph.stages[id.0].output = Port::Edges(vec![into]);
        graph.stages[relay.0].inputs.push(into);
    }
}

/// A wired `error` port goes before a default, and an edge takes what its target says of its buffer.
fn settle_options(graph: &mut Graph) {
    for stage in &mut graph.stages {
        if stage.error.is_wired() && stage.options.names.span("on_error").is_none() {
            stage.options.on_error = None;
        }
    }
    for edge in &mut graph.edges {
        let Some(target) = edge.to.first().map(|id| &graph.stages[id.0].options) else {
            continue;
        };
        if edge.options.buffer.is_none() {
            edge.options.buffer.clone_from(&target.buffer);
        }
        edge.options.overflow = edge.options.overflow.or(target.overflow);
    }
}
