//! Operators that are not in the table.

use crate::ast::{Node, OPERATORS, operator, plain};
use crate::diagnostics::{Diagnostics, suggest};
use crate::graph::Graph;
use crate::message;

pub(super) fn unknown(graph: &Graph, diag: &mut Diagnostics) {
    let known: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
    for link in graph
        .pipeline
        .statements
        .iter()
        .flat_map(|statement| &statement.chain)
    {
        let Node::Operator { name, .. } = &link.node else {
            continue;
        };
        let written = plain(name);
        if operator(&written).is_some() {
            continue;
        }
        let sentence = if graph.labels.find(&written).is_some() {
            message::operator_is_a_stage(&written)
        } else {
            message::unknown_operator(&written, suggest(&written, known.iter().copied()), &known)
        };
        diag.report(name.span(), sentence);
    }
}
