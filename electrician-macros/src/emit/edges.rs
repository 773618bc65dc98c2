//! The edges between islands: what each carries, how much it holds, how many heads it has.

use proc_macro2::TokenStream;

use super::names::{Emitter, is_call, is_pool};
use super::{pool, prologue};
use crate::ast::{Callee, Overflow};
use crate::graph::{CycleRole, Edge, PortName, Stage, StageKind};
use crate::located::located;

pub(super) fn emit(emitter: &Emitter, line: &mut TokenStream) {
    let cycles = (0..emitter.graph.cycles.len()).map(|n| {
        let cycle = emitter.cycle(n);
        ours!(let #cycle = run.cycle();)
    });
    let edges = emitter.graph.edges.iter().map(|edge| {
        if edge.fused {
            let [from, to] = [edge.from.0, edge.to[0]].map(|id| &emitter.graph.stage(id).label);
            ours!(run.fused(#from, #to);)
        } else {
            queue(emitter, edge)
        }
    });
    let inputs = emitter
        .graph
        .stages
        .iter()
        .filter_map(|stage| input(emitter, stage));
    line.extend(emitter.heading(|| "edges".to_owned()));
    line.extend(cycles.chain(inputs).chain(edges));
}

fn queue(emitter: &Emitter, edge: &Edge) -> TokenStream {
    let (sender, receiver) = (emitter.sender(edge), emitter.receiver(edge));
    let (port, plan) = (entry(emitter, edge), plan(emitter, edge));
    let target = emitter.graph.stage(edge.to[0]);
    let from = emitter.graph.stage(edge.from.0);
    let mutable = (!is_pool(from) && !matches!(from.kind, StageKind::Sub(_))).then(|| ours!(mut));
    let ends = match target.options.key.as_ref().filter(|_| is_pool(target)) {
        None => ours_at!(edge.arrow => #port.edge(run, #plan)),
        Some(key) => {
            let key = emitter.hasher(key);
            ours_at!(edge.arrow => #port.lanes(run, #plan, #key))
        }
    };
    let ends = prologue::behind(emitter, edge, ends);
    ours!(let (#mutable #sender, #receiver) = #ends;)
}

/// The type that the edge carries: what its target takes.
fn entry(emitter: &Emitter, edge: &Edge) -> TokenStream {
    let target = emitter.graph.stage(edge.to[0]);
    let var = emitter.stage(target);
    let entry = match &target.kind {
        StageKind::Output(ty) => ours!(__rt::Port::<#ty>::new()),
        StageKind::Zip => {
            let member = target
                .inputs
                .iter()
                .position(|id| *id == edge.id)
                .unwrap_or(0);
            let member = syn::Index::from(member);
            ours!(#var.inputs().#member)
        }
        _ => ours!(#var.input()),
    };
    located(entry, edge.arrow)
}

fn plan(emitter: &Emitter, edge: &Edge) -> TokenStream {
    let from = emitter.graph.stage(edge.from.0);
    let (from_label, port) = (&from.label, edge.from.1.word());
    let to = edge.to.iter().map(|to| &emitter.graph.stage(*to).label);
    let mut plan = ours!(__rt::EdgePlan::new(#from_label, #port, &[#(#to),*]));
    if let Some(buffer) = &edge.options.buffer {
        let buffer = emitter.value(buffer);
        plan.extend(ours!(.buffer(#buffer)));
    }
    if let Some((overflow, _)) = edge.options.overflow {
        let overflow = overflow_variant(overflow);
        plan.extend(ours!(.overflow(__rt::Overflow::#overflow)));
    }
    if is_pool(from) {
        let senders = pool::heads(emitter, from);
        plan.extend(ours!(.senders(#senders)));
    }
    plan.extend(receivers(emitter, edge));
    if let Some((n, role)) = edge.cycle {
        let cycle = emitter.cycle(n);
        let role = match role {
            CycleRole::Entry => ours!(Entry),
            CycleRole::Inside => ours!(Inside),
            CycleRole::Feedback => ours!(Feedback),
        };
        plan.extend(ours!(.cycle(&#cycle, __rt::CycleRole::#role)));
    }
    plan
}

/// Several consumers share an edge; those that wait for their calls take one item at a time.
fn receivers(emitter: &Emitter, edge: &Edge) -> Option<TokenStream> {
    let targets: Vec<&Stage> = edge.to.iter().map(|to| emitter.graph.stage(*to)).collect();
    if targets.len() == 1 && !is_pool(targets[0]) {
        return None;
    }
    let counts = targets.iter().map(|target| pool::heads(emitter, target));
    let waits = targets
        .iter()
        .filter(|target| is_call(target))
        .map(|target| {
            let var = emitter.stage(target);
            ours!(!#var.is_plain())
        });
    let waits: Vec<_> = waits.collect();
    let single = if waits.is_empty() {
        ours!(false)
    } else {
        ours!(#(#waits)||*)
    };
    Some(ours!(.receivers(#(#counts)+*, #single)))
}

fn overflow_variant(overflow: Overflow) -> TokenStream {
    match overflow {
        Overflow::Block => ours!(Block),
        Overflow::DropNewest => ours!(DropNewest),
        Overflow::DropOldest => ours!(DropOldest),
        Overflow::Fail => ours!(Fail),
    }
}

/// The edge from a handle into its `input`.
fn input(emitter: &Emitter, stage: &Stage) -> Option<TokenStream> {
    let StageKind::Input(_) = stage.kind else {
        return None;
    };
    let (var, field, name) = (emitter.of(stage, "sent"), &stage.name, &stage.label);
    let buffer = stage
        .options
        .buffer
        .as_ref()
        .map(|buffer| emitter.value(buffer));
    let buffer = buffer.unwrap_or_else(|| ours!(__rt::BUFFER));
    let stage = emitter.stage(stage);
    Some(ours!(let #var = #stage.input().enter(run, &handles.#field, #name, #buffer);))
}

/// Whether an edge carries failures, which are converted where a function or an output takes them.
pub(super) fn converts(emitter: &Emitter, edge: &Edge) -> bool {
    edge.from.1 == PortName::Error
        && edge.to.iter().all(|to| {
            matches!(
                emitter.graph.stage(*to).kind,
                StageKind::Handler(Callee::Function { .. }) | StageKind::Output(_)
            )
        })
}
