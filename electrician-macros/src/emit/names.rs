//! The names of generated code: each stands for one of the user's, and clashes with none.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use std::collections::BTreeMap;

use super::unique::Unique;
use crate::ast::{Class, Param, plain};
use crate::editor;
use crate::graph::{Edge, Graph, Stage, StageId, StageKind, dot, mermaid};
use crate::located::shown_at;

/// What every part of the emission has at hand.
pub(crate) struct Emitter<'a> {
    pub(crate) graph: &'a Graph<'a>,
    /// The graph as text. For an editor there is none: it has words that are half typed, and what stands behind it would not stay
    /// in its place.
    pub(crate) mermaid: String,
    pub(crate) dot: String,
    headings: bool,
    unique: Unique,
    /// The variable of each stage.
    variables: Vec<Ident>,
    /// How many queues lead to the stages of each name.
    ways: BTreeMap<String, usize>,
}

impl<'a> Emitter<'a> {
    pub(crate) fn new(graph: &'a Graph<'a>, headings: bool) -> Self {
        let mut ways = BTreeMap::new();
        for edge in graph.edges.iter().filter(|edge| !edge.fused) {
            *ways.entry(label(graph, edge.to[0])).or_default() += 1;
        }
        let unique = Unique::default();
        // the stages come first, so that they keep their names
        let variables = graph.stages.iter().map(|stage| variable(&unique, stage));
        let (mermaid, dot) = if editor::expands() {
            Default::default()
        } else {
            (mermaid(graph), dot(graph))
        };
        Self {
            graph,
            mermaid,
            dot,
            headings,
            variables: variables.collect(),
            unique,
            ways,
        }
    }

    /// The line of the block that the next part comes from, as a statement that the formatter turns into a comment.
    pub(crate) fn heading(&self, text: impl FnOnce() -> String) -> Option<TokenStream> {
        self.headings.then(|| {
            let text = text();
            ours!(__heading!(#text);)
        })
    }

    /// The stages, island by island, each after what feeds it.
    pub(crate) fn stages(&self) -> impl Iterator<Item = &Stage<'a>> {
        let ids = self.graph.islands.iter().flat_map(|island| &island.stages);
        ids.map(|id| self.graph.stage(*id))
    }

    /// The stage's own variable: its definition, then its worker.
    pub(crate) fn stage(&self, stage: &Stage) -> Ident {
        self.variables[stage.id.0].clone()
    }

    /// A variable that belongs to a stage.
    pub(crate) fn of(&self, stage: &Stage, suffix: &'static str) -> Ident {
        self.unique.variable((suffix, stage.id.0), || {
            let wanted = format!("{}_{suffix}", stage.label.to_lowercase());
            (wanted, stage.span)
        })
    }

    /// A variable for a circle of the graph.
    pub(crate) fn cycle(&self, number: usize) -> Ident {
        self.unique.variable(("cycle", number), || {
            let wanted = format!("cycle_{}", number + 1);
            (wanted, self.graph.pipeline.span)
        })
    }

    /// The label of a loop or block that belongs to a stage.
    pub(crate) fn label(stage: &Stage, suffix: &str) -> syn::Lifetime {
        let span = shown_at(stage.span, Span::mixed_site());
        syn::Lifetime::new(&format!("'{}_{suffix}", stage.label), span)
    }

    /// The port that an arrow leads into.
    pub(crate) fn into(&self, edge: &Edge, to: &Stage) -> Ident {
        let at = edge.to.iter().position(|id| *id == to.id);
        let arrow = edge.id.0 + at.unwrap_or(0) * self.graph.edges.len();
        self.unique.variable(("into", arrow), || {
            let wanted = format!("into_{}", self.route_to(edge, to.id));
            (wanted, edge.arrow)
        })
    }

    /// The producer's end of an edge.
    pub(crate) fn sender(&self, edge: &Edge) -> Ident {
        self.unique.variable(("to", edge.id.0), || {
            let wanted = format!("to_{}", self.route(edge));
            (wanted, edge.arrow)
        })
    }

    /// The consumer's end of an edge.
    pub(crate) fn receiver(&self, edge: &Edge) -> Ident {
        self.unique.variable(("queue", edge.id.0), || {
            let wanted = format!("{}_queue", self.route(edge));
            (wanted, edge.arrow)
        })
    }

    fn route(&self, edge: &Edge) -> String {
        self.route_to(edge, edge.to[0])
    }

    /// What leads to a stage, and where it comes from if that is not enough.
    fn route_to(&self, edge: &Edge, to: StageId) -> String {
        let target = label(self.graph, to);
        if self.ways.get(&target).is_some_and(|ways| *ways > 1) {
            return format!("{target}_from_{}", label(self.graph, edge.from.0));
        }
        target
    }

    /// How many workers a stage has: an expression over what the prologue has counted.
    pub(crate) fn workers(&self, stage: &Stage) -> TokenStream {
        if is_pool(stage) {
            self.of(stage, "workers").into_token_stream()
        } else {
            ours!(1)
        }
    }

    /// The parameters that these tokens speak of.
    pub(crate) fn used(&self, tokens: &impl ToTokens) -> Vec<&'a Param> {
        let tokens = tokens.to_token_stream();
        let params = self.graph.pipeline.params.iter();
        params
            .filter(|param| mentions(tokens.clone(), &param.name))
            .collect()
    }

    /// The edges that lead into a stage by a queue.
    pub(crate) fn queues_into(&self, id: StageId) -> impl Iterator<Item = &Edge> {
        let edges = self.graph.stage(id).inputs.iter();
        edges
            .map(|edge| self.graph.edge(*edge))
            .filter(|edge| !edge.fused)
    }

    /// The edges that leave a stage by a queue.
    pub(crate) fn queues_from(&self, id: StageId) -> impl Iterator<Item = &Edge> {
        self.graph.edges_from(id).filter(|edge| !edge.fused)
    }
}

/// In lower case: a pattern in capitals is a constant.
fn variable(unique: &Unique, stage: &Stage) -> Ident {
    let name = unique.name(stage.label.to_lowercase());
    spoken(&Ident::new(&name, shown_at(stage.span, Span::mixed_site())))
}

/// The name, or one beside it where Rust keeps it for itself.
fn spoken(name: &Ident) -> Ident {
    let text = name.to_string();
    if syn::parse2::<Ident>(name.to_token_stream()).is_ok() {
        name.clone()
    } else if ["self", "super", "crate", "_"].contains(&text.as_str()) {
        format_ident!("{text}_", span = name.span())
    } else {
        Ident::new_raw(&text, name.span())
    }
}

/// The stage that an edge leads to, as a part of names.
fn label(graph: &Graph, stage: StageId) -> String {
    graph.stage(stage).label.to_lowercase()
}

/// Whether several items are in a stage at once.
pub(crate) fn is_pool(stage: &Stage) -> bool {
    stage.options.is_pool()
}

/// Whether what a stage calls is a `Definition` of a handler.
pub(crate) fn is_call(stage: &Stage) -> bool {
    matches!(
        stage.kind,
        StageKind::Handler(_)
            | StageKind::Input(_)
            | StageKind::Operator {
                class: Class::Inline,
                ..
            }
    )
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Literal(literal) => inline_format(&literal.to_string(), &plain(name)),
        TokenTree::Punct(_) => false,
    })
}

/// Whether a format string may capture the name.
fn inline_format(literal: &str, name: &str) -> bool {
    literal
        .match_indices(name)
        .any(|(at, _)| literal[..at].ends_with('{'))
}
