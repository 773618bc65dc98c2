//! The graph of a pipeline as a constant: stages, ports, edges, islands, capacities.

use std::fmt;

/// The graph of a pipeline.
///
/// It is known when the code is generated, so it is a constant: `Checkout::TOPOLOGY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topology {
    /// The pipeline.
    pub name: &'static str,
    /// The stages, in the order in which they were declared.
    pub stages: &'static [StageShape],
    /// The edges, in the order in which they were wired.
    pub edges: &'static [EdgeShape],
    mermaid: &'static str,
    dot: &'static str,
}

/// One stage of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StageShape {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: StageKind,
    /// What it calls, as it is written.
    pub calls: &'static str,
    /// The island that it belongs to: a run of stages in one task.
    pub island: usize,
}

/// What a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StageKind {
    /// A source.
    Generator,
    /// A function that takes items.
    Handler,
    /// An operator, written inline.
    Operator,
    /// Pairs of several branches.
    Zip,
    /// Another pipeline.
    Pipeline,
    /// Items sent from outside.
    Input,
    /// Items taken outside.
    Output,
}

/// One edge of a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EdgeShape {
    /// The stage that it leaves.
    pub from: &'static str,
    /// The port that it leaves by: `output`, `error`, `neutral` or `overflow`.
    pub port: &'static str,
    /// The stages that it leads to; several share it.
    pub to: &'static [&'static str],
    /// How many items may wait; `None` where an expression says so, or where there is no queue.
    pub capacity: Option<u64>,
    /// Whether both ends are in one island, with no queue between them.
    pub fused: bool,
    /// Whether it closes a loop.
    pub feedback: bool,
}

impl StageShape {
    /// A stage, for generated code.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        kind: StageKind,
        calls: &'static str,
        island: usize,
    ) -> Self {
        Self {
            name,
            kind,
            calls,
            island,
        }
    }
}

impl EdgeShape {
    /// An edge within an island, for generated code.
    #[doc(hidden)]
    pub const fn fused(from: &'static str, to: &'static [&'static str]) -> Self {
        Self {
            from,
            port: "output",
            to,
            capacity: None,
            fused: true,
            feedback: false,
        }
    }

    /// An edge with a queue, for generated code.
    #[doc(hidden)]
    pub const fn queue(
        from: &'static str,
        port: &'static str,
        to: &'static [&'static str],
        capacity: Option<u64>,
    ) -> Self {
        Self {
            from,
            port,
            to,
            capacity,
            fused: false,
            feedback: false,
        }
    }

    /// One that closes a loop, for generated code.
    #[doc(hidden)]
    #[must_use]
    pub const fn feedback(self) -> Self {
        Self {
            feedback: true,
            ..self
        }
    }
}

impl Topology {
    /// A graph, with its two drawings. Called by the generated code.
    pub const fn new(
        name: &'static str,
        stages: &'static [StageShape],
        edges: &'static [EdgeShape],
        mermaid: &'static str,
        dot: &'static str,
    ) -> Self {
        Self {
            name,
            stages,
            edges,
            mermaid,
            dot,
        }
    }

    /// The graph as a Mermaid flowchart.
    pub const fn mermaid(&self) -> &'static str {
        self.mermaid
    }

    /// The graph in the DOT language of Graphviz.
    pub const fn dot(&self) -> &'static str {
        self.dot
    }

    /// A number that stays the same as long as the graph does, across compilers and machines: FNV-1a, 64 bits, over the
    /// Mermaid drawing, which names every stage, option, port and edge.
    pub const fn hash(&self) -> u64 {
        let (bytes, mut hash, mut at) = (self.mermaid.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
        while at < bytes.len() {
            hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        hash
    }
}

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mermaid)
    }
}
