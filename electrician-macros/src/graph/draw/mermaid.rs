//! The graph as a Mermaid flowchart.

use super::super::{Graph, Stage, StageKind};
use super::{Arrow, arrows, discards, line, lines};

/// Words that Mermaid takes for its own.
const WORDS: [&str; 9] = [
    "end",
    "graph",
    "subgraph",
    "flowchart",
    "style",
    "class",
    "click",
    "default",
    "direction",
];

/// Thick arrows are queues, thin ones are fused, dotted ones feed back.
pub(crate) fn mermaid(graph: &Graph) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for stage in &graph.stages {
        let (open, close) = shape(&stage.kind);
        let label: Vec<String> = lines(stage).iter().map(|part| escape(part)).collect();
        line(
            &mut text,
            &format!("{}{open}\"{}\"{close}", id(stage), label.join("<br/>")),
        );
    }
    for arrow in arrows(graph) {
        let label = on_arrow(&arrow.label);
        line(
            &mut text,
            &format!(
                "{} {}{label} {}",
                id(arrow.from),
                shaft(&arrow),
                id(arrow.to)
            ),
        );
    }
    for (number, (stage, label)) in discards(graph).into_iter().enumerate() {
        let label = on_arrow(&label);
        line(
            &mut text,
            &format!("{} -->{label} discard-{number}((\"_\"))", id(stage)),
        );
    }
    text
}

fn shaft(arrow: &Arrow) -> &'static str {
    match (arrow.feedback, arrow.fused) {
        (true, _) => "-.->",
        (false, true) => "-->",
        (false, false) => "==>",
    }
}

fn on_arrow(label: &str) -> String {
    if label.is_empty() {
        String::new()
    } else {
        format!("|\"{}\"|", escape(label))
    }
}

fn shape(kind: &StageKind) -> (&'static str, &'static str) {
    match kind {
        StageKind::Generator(_) | StageKind::Input(_) => ("([", "])"),
        StageKind::Handler(_) => ("[", "]"),
        StageKind::Sub(_) => ("[[", "]]"),
        StageKind::Output(_) => ("[/", "/]"),
        StageKind::Operator { .. } => ("{{", "}}"),
        StageKind::Zip => ("((", "))"),
    }
}

/// A name of Rust has no hyphen, so that a changed id meets no other.
fn id(stage: &Stage) -> String {
    if WORDS.contains(&stage.label.as_str()) {
        format!("{}-stage", stage.label)
    } else {
        stage.label.clone()
    }
}

fn escape(text: &str) -> String {
    text.replace('#', "#35;")
        .replace('"', "#quot;")
        .replace('<', "#lt;")
        .replace('>', "#gt;")
}
