//! The graph as a constant.

use proc_macro2::{Literal, TokenStream};

use super::Emitter;
use crate::ast::{self, Callee};
use crate::graph::{Edge, StageKind};

/// `Topology::new(…)`.
pub(super) fn emit(emitter: &Emitter) -> TokenStream {
    let graph = emitter.graph;
    let name = ast::plain(&graph.pipeline.name);
    let stages = graph.stages.iter().map(|stage| {
        let (label, island) = (&stage.label, Literal::usize_unsuffixed(stage.island));
        let (kind, calls) = kind(&stage.kind);
        ours!(__rt::StageShape::new(#label, __rt::StageKind::#kind, #calls, #island))
    });
    let edges = graph.edges.iter().map(|edge| {
        let (from, port) = (&graph.stage(edge.from.0).label, edge.from.1.word());
        let to = edge.to.iter().map(|to| &graph.stage(*to).label);
        if edge.fused {
            return ours!(__rt::EdgeShape::fused(#from, &[#(#to),*]));
        }
        let capacity = capacity(edge);
        let feedback = edge.feedback.then(|| ours!(.feedback()));
        ours!(__rt::EdgeShape::queue(#from, #port, &[#(#to),*], #capacity) #feedback)
    });
    let (mermaid, dot) = (&emitter.mermaid, &emitter.dot);
    ours!(__rt::Topology::new(#name, &[#(#stages),*], &[#(#edges),*], #mermaid, #dot))
}

/// How many items may wait, as far as that is known now.
fn capacity(edge: &Edge) -> TokenStream {
    let literal = edge.options.buffer.as_ref().map(|buffer| buffer.literal);
    match literal {
        None => ours!(__rt::CAPACITY),
        Some(Some(ast::Literal::Int(items))) => {
            let items = Literal::u64_unsuffixed(items);
            ours!(__rt::Some(#items))
        }
        _ => ours!(__rt::None),
    }
}

fn kind(kind: &StageKind) -> (TokenStream, String) {
    match kind {
        StageKind::Generator(callee) => (ours!(Generator), calls(callee)),
        StageKind::Handler(callee) => (ours!(Handler), calls(callee)),
        StageKind::Sub(callee) => (ours!(Pipeline), calls(callee)),
        StageKind::Operator { name, .. } => (ours!(Operator), name.to_string()),
        StageKind::Zip => (ours!(Zip), "zip".to_owned()),
        StageKind::Input(_) => (ours!(Input), String::new()),
        StageKind::Output(_) => (ours!(Output), String::new()),
    }
}

fn calls(callee: &Callee) -> String {
    match callee {
        Callee::Function { path, .. } => {
            let segments: Vec<_> = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            segments.join("::")
        }
        Callee::Closure(_) => "a closure".to_owned(),
    }
}
