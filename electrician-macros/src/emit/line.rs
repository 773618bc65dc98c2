//! A line of calls: its stages in order, and the ways out of it.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use std::cell::OnceCell;

use super::names::{Emitter, is_pool};
use super::{island, pass, prologue};
use crate::ast::Class;
use crate::graph::{EdgeId, Graph, Island, Port, Stage, StageKind};

/// An island that is a line of calls.
pub(super) struct Line<'e, 'a> {
    pub(super) emitter: &'e Emitter<'a>,
    pub(super) stages: Vec<&'e Stage<'a>>,
    /// The heads of all edges that leave the island.
    senders: Vec<Ident>,
    /// The same as what is handed over together.
    heads: TokenStream,
    /// Those that are handed over while a handler waits.
    heads_meanwhile: TokenStream,
    // what is written more than once is made once
    hand_over: OnceCell<TokenStream>,
    pace: OnceCell<TokenStream>,
    claims: OnceCell<TokenStream>,
    blocking: OnceCell<TokenStream>,
    intake_edges: OnceCell<TokenStream>,
}

impl<'e, 'a> Line<'e, 'a> {
    pub(super) fn new(emitter: &'e Emitter<'a>, island: &Island) -> Self {
        let stages = island.stages.iter().map(|id| emitter.graph.stage(*id));
        let edges = (island.stages.iter()).flat_map(|id| emitter.queues_from(*id));
        let senders: Vec<Ident> = edges.map(|edge| emitter.sender(edge)).collect();
        let heads = ours!(&mut [#(&mut #senders),*]);
        let mut line = Self {
            emitter,
            stages: stages.collect(),
            heads_meanwhile: heads.clone(),
            heads,
            senders,
            hand_over: OnceCell::new(),
            pace: OnceCell::new(),
            claims: OnceCell::new(),
            blocking: OnceCell::new(),
            intake_edges: OnceCell::new(),
        };
        if line.is_ordered() {
            line.heads_meanwhile = ours!(&mut []);
        }
        line
    }

    pub(super) fn head(&self) -> &'e Stage<'a> {
        self.stages[0]
    }

    pub(super) fn last(&self) -> &'e Stage<'a> {
        self.stages[self.stages.len() - 1]
    }

    pub(super) fn is_ordered(&self) -> bool {
        is_pool(self.head()) && self.head().options.ordered.is_some()
    }

    /// The variable that the island takes its items from.
    pub(super) fn intake(&self) -> Ident {
        match self.head().kind {
            StageKind::Generator(_)
            | StageKind::Operator {
                class: Class::Timed,
                ..
            }
            | StageKind::Zip => self.emitter.stage(self.head()),
            _ => self.emitter.of(self.head(), "in"),
        }
    }

    /// The stages that are called for an item: all, or all but a head that brings items in itself.
    pub(super) fn calls(&self) -> &[&'e Stage<'a>] {
        match self.head().kind {
            StageKind::Generator(_)
            | StageKind::Operator {
                class: Class::Timed,
                ..
            }
            | StageKind::Zip => &self.stages[1..],
            _ => &self.stages,
        }
    }

    /// The heads of all edges that leave the island.
    pub(super) fn senders(&self) -> &[Ident] {
        &self.senders
    }

    /// The heads as what is handed over together.
    pub(super) fn heads(&self) -> &TokenStream {
        &self.heads
    }

    /// Waits for something, and hands over meanwhile what has been produced; in order, nothing is handed over early.
    pub(super) fn flushing(&self, wait: &impl ToTokens) -> TokenStream {
        let heads = self.heads_meanwhile();
        ours!(pass.flushing(#wait, #heads).await)
    }

    /// The heads that are handed over while a call of a pass waits.
    pub(super) fn senders_meanwhile(&self) -> &[Ident] {
        if self.is_ordered() {
            &[]
        } else {
            &self.senders
        }
    }

    /// The heads that are handed over while a handler waits.
    pub(super) fn heads_meanwhile(&self) -> &TokenStream {
        &self.heads_meanwhile
    }

    /// Hands over what has been produced, when it is this worker's turn.
    pub(super) fn hand_over(&self) -> &TokenStream {
        self.hand_over.get_or_init(|| {
            let heads = self.heads();
            let turn = self.is_ordered().then(|| ours!(turn.wait().await;));
            ours!(#turn pass.hand_over(#heads).await;)
        })
    }

    /// Hands over once a buffer holds a chunk; a worker of a pool hands over what it has.
    pub(super) fn hand_over_if_full(&self) -> TokenStream {
        let (hand_over, full) = (self.hand_over(), self.is_full());
        match full {
            None => TokenStream::new(),
            Some(_) if is_pool(self.head()) && !self.is_ordered() => hand_over.clone(),
            Some(full) => ours!(if #full { #hand_over }),
        }
    }

    /// What stands before each item where the stages book for themselves: if it has taken long, what was made is handed
    /// over, and others may run.
    pub(super) fn pace(&self) -> &TokenStream {
        self.pace.get_or_init(|| {
            if self.is_ordered() {
                return ours!(if pass.is_over(false) {
                    pass.hand_over(&mut []).await;
                });
            }
            let (full, hand_over) = (self.is_full(), self.hand_over());
            let full = full.unwrap_or_else(|| ours!(false));
            ours!(if pass.is_over(#full) { #hand_over })
        })
    }

    /// Whether the island blocks its thread.
    pub(super) fn blocking(&self) -> &TokenStream {
        self.blocking.get_or_init(|| island::blocking(self))
    }

    /// What the island takes its items from.
    pub(super) fn intake_edges(&self) -> &TokenStream {
        self.intake_edges.get_or_init(|| island::intake_edges(self))
    }

    /// What becomes of a panic that interrupted a pass.
    pub(super) fn claims(&self) -> &TokenStream {
        self.claims.get_or_init(|| pass::claims(self))
    }

    pub(super) fn is_full(&self) -> Option<TokenStream> {
        let senders = self.senders();
        (!senders.is_empty()).then(|| ours!(#(__rt::Head::is_full(&#senders))||*))
    }
}

/// Whether a stage's outputs are counted beyond one each: copied to branches, discarded, or on a way through code of the
/// user's, which may panic.
pub(super) fn counts_outputs(graph: &Graph, stage: &Stage) -> bool {
    match &stage.output {
        Port::Unwired => false,
        Port::Discard(_) | Port::Route { .. } => true,
        Port::Edges(edges) => edges.len() > 1 || edges.iter().any(|edge| is_keyed(graph, *edge)),
    }
}

/// Whether the items of an edge are divided by a key.
pub(super) fn is_keyed(graph: &Graph, edge: EdgeId) -> bool {
    let target = graph.stage(graph.edge(edge).to[0]);
    target.options.key.is_some()
}

/// Whether failures of the stage leave it or are settled by a policy.
pub(super) fn fails(stage: &Stage) -> bool {
    prologue::handles_failures(stage)
        && matches!(stage.kind, StageKind::Generator(_) | StageKind::Handler(_))
}
