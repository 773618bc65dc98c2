//! Names in a wiring statement come in; stages and ports go out. What is unknown, or has an arrow already, is reported.

use proc_macro2::{Ident, Span};

use super::wire::{Source, Wiring};
use super::{Edge, Port, PortName, Side, StageId, StageKind, Use};
use crate::ast::{Place, operator, plain};
use crate::diagnostics::suggest;
use crate::message;

impl Wiring<'_, '_> {
    /// A stage on the left of an arrow, and its port.
    pub(super) fn source(&mut self, place: &Place) -> Option<Source> {
        let stage = self.resolve(&place.name)?;
        let (port, span) = match &place.port {
            None => (PortName::Output, place.name.span()),
            Some(word) => (self.port(place, word, stage)?, word.span()),
        };
        self.graph.uses.push(Use {
            stage,
            side: Side::From(port),
            span,
        });
        Some((stage, port))
    }

    fn port(&mut self, place: &Place, word: &Ident, stage: StageId) -> Option<PortName> {
        let written = plain(word);
        let found = PortName::NAMED
            .into_iter()
            .find(|port| port.word() == written);
        if found.is_none() {
            let nearest = suggest(&written, PortName::NAMED.map(PortName::word));
            self.diag.report(
                word.span(),
                message::unknown_port(&written, &plain(&place.name), nearest),
            );
            self.graph.excused.insert(stage);
        }
        found
    }

    /// A stage on the right of an arrow.
    pub(super) fn target(&mut self, place: &Place) -> Option<StageId> {
        let stage = self.resolve(&place.name)?;
        self.graph.uses.push(Use {
            stage,
            side: Side::Into,
            span: place.name.span(),
        });
        if let Some(port) = &place.port {
            self.diag.report(
                port.span(),
                message::port_as_target(&plain(&place.name), &plain(port)),
            );
        }
        Some(stage)
    }

    pub(super) fn find(&self, name: &Ident) -> Option<StageId> {
        let found = self.graph.labels.find(&plain(name))?;
        let unnamed = matches!(
            self.graph.stage(found).kind,
            StageKind::Operator { .. } | StageKind::Zip
        );
        (!unnamed).then_some(found)
    }

    pub(super) fn resolve(&mut self, name: &Ident) -> Option<StageId> {
        let found = self.find(name);
        if found.is_none() {
            self.unknown(name);
        }
        found
    }

    /// Reports a name; one that a broken statement mentions may well be declared there.
    fn unknown(&mut self, name: &Ident) {
        if self.graph.broken.mention(name) {
            return;
        }
        let written = plain(name);
        let known: Vec<String> = self
            .graph
            .pipeline
            .declarations
            .iter()
            .map(|known| plain(&known.name))
            .collect();
        let nearest = suggest(&written, known.iter().map(String::as_str));
        let example = operator(&written).map(|operator| operator.example);
        self.diag.report(
            name.span(),
            message::unknown_stage(&written, nearest, example),
        );
        let meant = nearest.and_then(|nearest| self.graph.labels.find(nearest));
        self.graph.excused.extend(meant);
    }

    pub(super) fn excuse_sources(&mut self) {
        self.graph
            .excused
            .extend(self.sources.iter().map(|(stage, _)| *stage));
    }

    /// Whether a port has no arrow yet; a second one is reported beside the first.
    pub(super) fn is_free(
        &mut self,
        (stage, port): Source,
        arrow: Span,
        targets: &[Vec<StageId>],
    ) -> bool {
        let taken = self.graph.stage(stage);
        let (first, mut all) = match taken.port(port) {
            Port::Unwired => return true,
            Port::Discard(span) | Port::Route { span, .. } => (*span, Vec::new()),
            Port::Edges(edges) => {
                let edges: Vec<&Edge> = edges.iter().map(|id| self.graph.edge(*id)).collect();
                let first = edges.first().map_or(arrow, |edge| edge.arrow);
                let targets = edges.into_iter().flat_map(|edge| edge.to.clone());
                (first, targets.collect::<Vec<StageId>>())
            }
        };
        let source = port.of(&taken.label);
        let more: Vec<StageId> = targets.iter().flatten().copied().collect();
        let sentence = match more[..] {
            [one] if all.contains(&one) => {
                message::same_arrow(&source, &self.graph.stage(one).label)
            }
            _ => {
                let both = !all.is_empty() && !more.is_empty();
                all.extend(
                    more.iter()
                        .filter(|id| !all.contains(id))
                        .copied()
                        .collect::<Vec<_>>(),
                );
                message::second_arrow(&source, &self.group_of(if both { &all } else { &[] }))
            }
        };
        self.diag.report_all(&[first, arrow], &sentence);
        self.graph.excused.extend(more);
        false
    }

    /// The names of stages that can stand in one group; none where one of them has no name of the user's.
    fn group_of(&self, stages: &[StageId]) -> Vec<String> {
        let named = |id: &StageId| {
            let stage = self.graph.stage(*id);
            let unnamed = matches!(stage.kind, StageKind::Operator { .. } | StageKind::Zip);
            (!unnamed).then(|| stage.label.clone())
        };
        stages
            .iter()
            .map(named)
            .collect::<Option<Vec<_>>>()
            .unwrap_or_default()
    }
}
