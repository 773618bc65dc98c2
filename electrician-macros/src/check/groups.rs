//! Groups in brackets: how many members, and each of them once.

use proc_macro2::Span;
use std::collections::BTreeSet;

use crate::ast::{GroupKind, Node, Place, plain};
use crate::diagnostics::Diagnostics;
use crate::graph::Graph;
use crate::message;

pub(super) fn size(graph: &Graph, diag: &mut Diagnostics) {
    let whole = graph.pipeline.broken.is_empty();
    for (kind, members, span) in groups(graph).filter(|_| whole) {
        if members.len() < 2 {
            diag.report(span, message::too_few_members(word(kind)));
        }
    }
}

pub(super) fn doubles(graph: &Graph, diag: &mut Diagnostics) {
    for (_, members, _) in groups(graph) {
        let mut seen = BTreeSet::new();
        for member in members {
            if !seen.insert((plain(&member.name), member.port.as_ref().map(plain))) {
                diag.report(
                    member.name.span(),
                    message::member_twice(&plain(&member.name)),
                );
            }
        }
    }
}

/// The items of a key stay on one worker, and those of an `any` group go to whoever is free.
pub(super) fn keyed(graph: &Graph, diag: &mut Diagnostics) {
    let any = groups(graph).filter(|(kind, ..)| *kind == GroupKind::Any);
    for member in any.flat_map(|(_, members, _)| members) {
        let stage = graph.labels.find(&plain(&member.name));
        if stage.is_some_and(|id| graph.stage(id).options.key.is_some()) {
            diag.report(
                member.name.span(),
                message::keyed_member(&plain(&member.name)),
            );
        }
    }
}

fn groups<'g>(graph: &'g Graph) -> impl Iterator<Item = (GroupKind, &'g [Place], Span)> {
    let links = graph
        .pipeline
        .statements
        .iter()
        .flat_map(|statement| &statement.chain);
    links.filter_map(|link| match &link.node {
        Node::Group {
            kind,
            members,
            span,
        } => Some((*kind, members.as_slice(), *span)),
        _ => None,
    })
}

fn word(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Plain => "",
        GroupKind::Any => "any ",
        GroupKind::Zip => "zip ",
    }
}
