//! The graph as DOT, with a box around each island of several stages.

use super::super::{Graph, StageKind};
use super::{Arrow, arrows, discards, line, lines};

/// Bold arrows are queues, solid ones are fused, dashed ones feed back.
pub(crate) fn dot(graph: &Graph) -> String {
    let mut text = format!("digraph {} {{\n", quoted(&graph.pipeline.name.to_string()));
    line(&mut text, "rankdir=LR;");
    for stage in &graph.stages {
        let label = quoted(&lines(stage).join("\n"));
        line(
            &mut text,
            &format!(
                "{} [label={label}, shape={}];",
                quoted(&stage.label),
                shape(&stage.kind)
            ),
        );
    }
    for island in graph
        .islands
        .iter()
        .filter(|island| island.stages.len() > 1)
    {
        let stages: Vec<String> = island
            .stages
            .iter()
            .map(|id| quoted(&graph.stage(*id).label))
            .collect();
        line(
            &mut text,
            &format!(
                "subgraph \"cluster_{}\" {{ style=dotted; {}; }}",
                island.id,
                stages.join("; ")
            ),
        );
    }
    for arrow in arrows(graph) {
        let ends = format!(
            "{} -> {}",
            quoted(&arrow.from.label),
            quoted(&arrow.to.label)
        );
        let label = if arrow.label.is_empty() {
            String::new()
        } else {
            format!(", label={}", quoted(&arrow.label))
        };
        line(
            &mut text,
            &format!("{ends} [style={}{label}];", style(&arrow)),
        );
    }
    for (number, (stage, label)) in discards(graph).into_iter().enumerate() {
        let node = format!("\"discard-{number}\"");
        let label = if label.is_empty() {
            String::new()
        } else {
            format!(" [label={}]", quoted(&label))
        };
        line(&mut text, &format!("{node} [label=\"_\", shape=point];"));
        line(
            &mut text,
            &format!("{} -> {node}{label};", quoted(&stage.label)),
        );
    }
    text.push_str("}\n");
    text
}

fn style(arrow: &Arrow) -> &'static str {
    match (arrow.feedback, arrow.fused) {
        (true, _) => "dashed",
        (false, true) => "solid",
        (false, false) => "bold",
    }
}

fn shape(kind: &StageKind) -> &'static str {
    match kind {
        StageKind::Generator(_) => "ellipse",
        StageKind::Input(_) | StageKind::Output(_) => "parallelogram",
        StageKind::Handler(_) => "box",
        StageKind::Sub(_) => "box3d",
        StageKind::Operator { .. } => "hexagon",
        StageKind::Zip => "circle",
    }
}

fn quoted(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n")
    )
}
