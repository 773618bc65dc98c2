//! The ways out of a stage: what leaves by a port is pushed into its edges, routed, copied or discarded.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::Pat;

use super::Emitter;
use super::edges::converts;
use super::line::{Line, counts_outputs};
use crate::ast::OnError;
use crate::graph::{Edge, EdgeId, Port, PortName, RouteArm, Stage};
use crate::located::{located, shown_at};

/// Puts what leaves by a port into the buffers of its edges.
pub(super) fn way(line: &Line, stage: &Stage, port: PortName) -> TokenStream {
    let item = if port == PortName::Error {
        ours!(failure)
    } else {
        ours!(item)
    };
    match stage.port(port) {
        Port::Unwired => ours!(__rt::std::mem::drop(#item);),
        Port::Discard(_) => {
            let counted = discarded(line, stage, port);
            ours!(#counted __rt::std::mem::drop(#item);)
        }
        Port::Edges(edges) => branches(line, stage, port, edges, &item),
        Port::Route { arms, span } => {
            let arms = arms
                .iter()
                .map(|arm| route_arm(line, stage, port, arm, &item));
            let span_of_match = shown_at(*span, Span::mixed_site());
            let routed = Ident::new(&item.to_string(), span_of_match);
            let leaving = leaving(line, stage, port, 1);
            let route = ours_at!(*span => match #routed { #(#arms)* });
            ours!(#leaving #route)
        }
    }
}

/// The way of `failure`: the error port, or the policy of the stage.
pub(super) fn failure_way(line: &Line, stage: &Stage) -> TokenStream {
    if stage.error.is_wired() {
        return way(line, stage, PortName::Error);
    }
    let Some((policy @ (OnError::Stop | OnError::Fail), place)) = stage.options.on_error else {
        return TokenStream::new();
    };
    let (cell, ends) = (
        line.emitter.of(stage, "cell"),
        Ident::new(policy.word(), Span::mixed_site()),
    );
    located(ours!(#cell.#ends(failure);), place)
}

/// To each branch a clone, to the last one the item.
fn branches(
    line: &Line,
    stage: &Stage,
    port: PortName,
    edges: &[EdgeId],
    item: &TokenStream,
) -> TokenStream {
    let emitter = line.emitter;
    let copies = edges.len() - 1;
    let counted = (port == PortName::Output && copies > 0).then(|| {
        let (tally, copies) = (
            emitter.of(stage, "tally"),
            proc_macro2::Literal::usize_unsuffixed(copies),
        );
        ours!(#tally.copied(#copies);)
    });
    let leaving = leaving(line, stage, port, edges.len());
    let left = leaving.is_some().then(left);
    let pushes = edges.iter().enumerate().flat_map(|(n, edge)| {
        let edge = emitter.graph.edge(*edge);
        let item = if n < copies {
            let item = located(item.clone(), edge.arrow);
            ours_at!(edge.arrow => __rt::branch(&#item))
        } else {
            item.clone()
        };
        [push(emitter, edge, &item)].into_iter().chain(left.clone())
    });
    let accounts = counted.into_iter().chain(leaving);
    accounts.chain(pushes).collect()
}

fn push(emitter: &Emitter, edge: &Edge, item: &TokenStream) -> TokenStream {
    let sender = emitter.sender(edge);
    if converts(emitter, edge) {
        let item = located(item.clone(), edge.arrow);
        ours_at!(edge.arrow => #sender.push(__rt::converted(#item));)
    } else {
        ours_at!(edge.arrow => #sender.push(#item);)
    }
}

fn route_arm(
    line: &Line,
    stage: &Stage,
    port: PortName,
    arm: &RouteArm,
    item: &TokenStream,
) -> TokenStream {
    let RouteArm {
        pattern,
        guard,
        payload,
        target,
        span,
    } = arm;
    let guard = guard.as_ref().map(|guard| ours!(if #guard));
    let Some(edge) = target else {
        // a pattern may have moved parts of the item out: the rest of it is dropped where it stands
        let counted = discarded(line, stage, port);
        let left = (port == PortName::Output).then(left);
        return ours!(#pattern #guard => { #counted #left });
    };
    let edge = line.emitter.graph.edge(*edge);
    let way = match (payload, whole(pattern)) {
        (Some(payload), _) => {
            let sender = line.emitter.sender(edge);
            ours_at!(*span => #sender.push(#payload);)
        }
        (None, Some(name)) => push(line.emitter, edge, &name.to_token_stream()),
        (None, None) => push(line.emitter, edge, item),
    };
    let left = (port == PortName::Output).then(left);
    ours!(#pattern #guard => { #way #left })
}

/// The name that a pattern gives to the whole item.
fn whole(pattern: &Pat) -> Option<&Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() => Some(&name.ident),
        _ => None,
    }
}

fn discarded(line: &Line, stage: &Stage, port: PortName) -> Option<TokenStream> {
    (port == PortName::Output && counts_outputs(line.emitter.graph, stage)).then(|| {
        let tally = line.emitter.of(stage, "tally");
        ours!(#tally.discarded();)
    })
}

/// The account of an output that goes its way through code of the user's.
fn leaving(line: &Line, stage: &Stage, port: PortName, copies: usize) -> Option<TokenStream> {
    (port == PortName::Output && counts_outputs(line.emitter.graph, stage)).then(|| {
        let tally = line.emitter.of(stage, "tally");
        let copies = proc_macro2::Literal::usize_unsuffixed(copies);
        ours!(let mut leaving = #tally.leaving(#copies);)
    })
}

/// One copy is where it goes.
fn left() -> TokenStream {
    ours!(leaving.left();)
}
