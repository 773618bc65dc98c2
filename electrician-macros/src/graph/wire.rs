//! The statements come in; edges between ports and stages go out. A name that leads nowhere is reported.

use proc_macro2::{Ident, Span};

use super::build::add_unnamed;
use super::{Edge, EdgeId, Graph, Port, PortName, RouteArm, Side, StageId, StageKind, Use};
use crate::ast::{
    Arm, Class, EdgeOptions, GroupKind, Node, Place, Statement, Target, Value, operator, plain,
};
use crate::diagnostics::Diagnostics;
use crate::message;

pub(super) fn wire(graph: &mut Graph, diag: &mut Diagnostics) {
    for statement in &graph.pipeline.statements {
        Wiring {
            graph: &mut *graph,
            diag: &mut *diag,
            statement,
            sources: Vec::new(),
        }
        .statement();
    }
}

/// A way out that waits for the next arrow.
pub(super) type Source = (StageId, PortName);

/// One statement at work.
pub(super) struct Wiring<'w, 'a> {
    pub(super) graph: &'w mut Graph<'a>,
    pub(super) diag: &'w mut Diagnostics,
    statement: &'a Statement,
    /// The ports on the left of the next arrow; none after a name that is unknown.
    pub(super) sources: Vec<Source>,
}

impl<'a> Wiring<'_, 'a> {
    fn statement(mut self) {
        let chain = &self.statement.chain;
        let last = chain.len() - 1;
        for (at, link) in chain.iter().enumerate() {
            match link.arrow {
                None => self.start(&link.node),
                Some(arrow) => {
                    let options = if at == last {
                        self.statement.edge.clone()
                    } else {
                        EdgeOptions::default()
                    };
                    self.step(&link.node, arrow, &options, at == last);
                }
            }
        }
        if self.statement.breaks_off {
            self.excuse_sources();
        }
    }

    /// The first node of a chain.
    fn start(&mut self, node: &'a Node) {
        match node {
            Node::Name(place) => self.sources = self.source(place).into_iter().collect(),
            Node::Group {
                kind: GroupKind::Plain,
                members,
                ..
            } => {
                self.sources = members
                    .iter()
                    .filter_map(|place| self.source(place))
                    .collect();
            }
            Node::Group {
                kind: GroupKind::Zip,
                members,
                span,
            } => self.zip(members, *span),
            Node::Group {
                kind: GroupKind::Any,
                span,
                ..
            } => self.diag.report(*span, message::any_as_source()),
            Node::Match { span, .. } => self.diag.report(*span, message::starts_with("a route")),
            Node::Discard(span) => self.diag.report(*span, message::starts_with("`_`")),
            Node::Operator { name, span, .. } => {
                self.diag.report(
                    *span,
                    message::starts_with(&format!("`{}(…)`", plain(name))),
                );
            }
        }
    }

    /// A node behind an arrow.
    fn step(&mut self, node: &'a Node, arrow: Span, options: &EdgeOptions, last: bool) {
        match node {
            Node::Name(place) => {
                let targets: Vec<StageId> = self.target(place).into_iter().collect();
                if place.port.is_none() {
                    self.connect(&[targets], arrow, options);
                } else {
                    self.excuse_sources();
                    self.graph.excused.extend(targets);
                    self.sources.clear();
                }
            }
            Node::Group {
                kind: GroupKind::Zip,
                span,
                members,
            } => {
                self.diag.report(*span, message::zip_as_target());
                self.excuse_sources();
                self.sources.clear();
                for place in members {
                    if let Some(id) = self.find(&place.name) {
                        self.graph.excused.insert(id);
                    }
                }
            }
            Node::Group { kind, members, .. } => self.fan_out(*kind, members, arrow, options),
            Node::Match { arms, span } => self.route(arms, *span, options, last),
            Node::Discard(span) => self.discard(*span, arrow, options, last),
            Node::Operator { name, args, span } => {
                let id = self.operator(name, args, *span);
                self.connect(&[vec![id]], arrow, options);
            }
        }
    }

    /// The stage of an operator; a declared stage that is written like one is that stage.
    fn operator(&mut self, name: &'a Ident, args: &'a [Value], span: Span) -> StageId {
        let known = operator(&plain(name));
        if let (None, Some(stage)) = (known, self.find(name)) {
            self.graph.uses.push(Use {
                stage,
                side: Side::Into,
                span,
            });
            return stage;
        }
        let class = known.map_or(Class::Inline, |known| known.class);
        let args = args.iter().map(|value| value.expr.clone()).collect();
        let kind = StageKind::Operator {
            name: name.clone(),
            class,
            args,
        };
        let id = add_unnamed(self.graph, &plain(name), kind, &self.statement.text, span);
        if known.is_none() {
            self.graph.excused.insert(id);
        }
        id
    }

    fn zip(&mut self, members: &'a [Place], span: Span) {
        let sources: Vec<_> = members
            .iter()
            .filter_map(|place| Some((self.source(place)?, place)))
            .collect();
        let zip = add_unnamed(
            self.graph,
            "zip",
            StageKind::Zip,
            &self.statement.text,
            span,
        );
        if sources.is_empty() {
            self.graph.excused.insert(zip);
        }
        for (source, place) in sources {
            self.edges(
                source,
                &[vec![zip]],
                place.name.span(),
                &EdgeOptions::default(),
            );
        }
        self.sources = vec![(zip, PortName::Output)];
    }

    fn fan_out(
        &mut self,
        kind: GroupKind,
        members: &'a [Place],
        arrow: Span,
        options: &EdgeOptions,
    ) {
        let targets: Vec<StageId> = members
            .iter()
            .filter_map(|place| self.target(place))
            .collect();
        if targets.len() < members.len() {
            self.excuse_sources();
        }
        match kind {
            GroupKind::Any => self.connect(&[targets], arrow, options),
            _ => self.connect(
                &targets.into_iter().map(|id| vec![id]).collect::<Vec<_>>(),
                arrow,
                options,
            ),
        }
    }

    /// Draws an edge from every source to each of the target sets, and goes on from the targets.
    fn connect(&mut self, targets: &[Vec<StageId>], arrow: Span, options: &EdgeOptions) {
        let targets: Vec<Vec<StageId>> = targets
            .iter()
            .filter(|set| !set.is_empty())
            .cloned()
            .collect();
        if targets.is_empty() {
            self.excuse_sources();
        }
        let all: Vec<StageId> = targets.iter().flatten().copied().collect();
        if self.sources.is_empty() {
            self.graph.excused.extend(&all);
        }
        for source in std::mem::take(&mut self.sources) {
            if !targets.is_empty() {
                self.edges(source, &targets, arrow, options);
            }
        }
        self.sources = all.into_iter().map(|id| (id, PortName::Output)).collect();
    }

    fn edges(
        &mut self,
        source: Source,
        targets: &[Vec<StageId>],
        arrow: Span,
        options: &EdgeOptions,
    ) {
        if !self.is_free(source, arrow, targets) {
            return;
        }
        let edges = targets
            .iter()
            .map(|to| self.edge(source, to.clone(), arrow, options))
            .collect();
        *self.graph.stages[source.0.0].port_mut(source.1) = Port::Edges(edges);
    }

    fn edge(
        &mut self,
        from: Source,
        to: Vec<StageId>,
        arrow: Span,
        options: &EdgeOptions,
    ) -> EdgeId {
        let id = EdgeId(self.graph.edges.len());
        for target in &to {
            self.graph.stages[target.0].inputs.push(id);
        }
        let feedback = options.feedback.is_some();
        let options = options.clone();
        self.graph.edges.push(Edge {
            id,
            from,
            to,
            arrow,
            options,
            feedback,
            fused: false,
            arm: None,
            cycle: None,
        });
        id
    }

    fn route(&mut self, arms: &'a [Arm], span: Span, options: &EdgeOptions, last: bool) {
        if !last {
            self.diag.report(span, message::route_not_last());
        }
        let targets: Vec<Option<StageId>> = arms.iter().map(|arm| self.arm_target(arm)).collect();
        if self.sources.is_empty() {
            self.graph.excused.extend(targets.iter().flatten());
        }
        for source in std::mem::take(&mut self.sources) {
            if !self.is_free(source, span, &[]) {
                self.graph.excused.extend(targets.iter().flatten());
                continue;
            }
            let mut wired = Vec::new();
            for (at, (arm, target)) in arms.iter().zip(&targets).enumerate() {
                let target = target.map(|id| self.edge(source, vec![id], arm.arrow, options));
                if let Some(edge) = target {
                    self.graph.edges[edge.0].arm = Some(at);
                }
                let (pattern, guard, payload) =
                    (arm.pattern.clone(), arm.guard.clone(), arm.payload.clone());
                wired.push(RouteArm {
                    pattern,
                    guard,
                    payload,
                    target,
                    span: arm.arrow,
                });
            }
            *self.graph.stages[source.0.0].port_mut(source.1) = Port::Route { arms: wired, span };
        }
    }

    fn arm_target(&mut self, arm: &'a Arm) -> Option<StageId> {
        match &arm.target {
            Target::Name(name) => {
                let id = self.resolve(name)?;
                self.graph.uses.push(Use {
                    stage: id,
                    side: Side::Into,
                    span: name.span(),
                });
                Some(id)
            }
            Target::Discard => None,
        }
    }

    fn discard(&mut self, span: Span, arrow: Span, options: &EdgeOptions, last: bool) {
        if !last {
            self.diag.report(span, message::discard_not_last());
        }
        if options.buffer.is_some() || options.overflow.is_some() || options.feedback.is_some() {
            self.diag.report(span, message::discard_with_options());
        }
        for source in std::mem::take(&mut self.sources) {
            if self.is_free(source, arrow, &[]) {
                *self.graph.stages[source.0.0].port_mut(source.1) = Port::Discard(span);
            }
        }
    }
}
