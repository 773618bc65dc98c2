//! The islands: what each is spawned with, and the ways of its task to choose from.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::line::Line;
use super::names::{Emitter, is_pool};
use super::prologue::behind_arrow;
use super::task::{Turns, Way};
use super::{body, in_place, lone, pass, pool};
use crate::ast::{Class, Param};
use crate::graph::{Port, Stage, StageKind};

pub(super) fn emit(emitter: &Emitter, line: &mut TokenStream) {
    for island in &emitter.graph.islands {
        let head = emitter.graph.stage(island.stages[0]);
        match &head.kind {
            StageKind::Output(_) => line.extend([output(emitter, head)]),
            StageKind::Sub(_) => line.extend([inner(emitter, head)]),
            _ => Line::new(emitter, island).emit(line),
        }
    }
}

fn output(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let StageKind::Output(ty) = &stage.kind else {
        return TokenStream::new();
    };
    let (name, field, edges) = (&stage.label, &stage.name, receivers(emitter, stage));
    ours!(__rt::Port::<#ty>::new().leave(run, &handles.#field, #name, #edges);)
}

fn inner(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let (var, name, edges) = (
        emitter.stage(stage),
        &stage.label,
        receivers(emitter, stage),
    );
    let mut out = emitter.queues_from(stage.id);
    let sender = out.next().map(|edge| emitter.sender(edge));
    ours!(#var.join(run, #name, #edges, #sender);)
}

/// The queues into a stage.
pub(super) fn receivers(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let edges = emitter.queues_into(stage.id).map(|edge| {
        let receiver = emitter.receiver(edge);
        if edge.to.len() > 1 {
            ours!(__rt::Clone::clone(&#receiver))
        } else {
            receiver.into_token_stream()
        }
    });
    merged(edges)
}

/// Several edges as one.
fn merged(mut edges: impl Iterator<Item = TokenStream>) -> TokenStream {
    let first = edges.next().map(|edge| ours!(__rt::Merge::of(#edge)));
    ours!(#first #(.and(#edges))*)
}

impl<'a> Line<'_, 'a> {
    fn emit(&self, line: &mut TokenStream) {
        line.extend(self.emitter.heading(|| format!("island: {}", self.path())));
        line.extend([match lone::emit(self) {
            Some(tasks) => tasks,
            None if is_pool(self.head()) => self.workers(),
            None => self.single(),
        }]);
    }

    fn path(&self) -> String {
        let labels: Vec<_> = self
            .stages
            .iter()
            .map(|stage| stage.label.as_str())
            .collect();
        labels.join(" -> ")
    }

    fn single(&self) -> TokenStream {
        let (name, blocking) = (&self.head().label, self.blocking());
        let (handles, setup) = (self.route_handles(), in_place(|| self.setup()));
        let island = in_place(|| {
            self.choice(|way| {
                let work = self.work(way);
                ours!(run.island(#name, blocking, async move #work);)
            })
        });
        ours!({
            #handles
            #setup
            let blocking = #blocking;
            #island
        })
    }

    fn workers(&self) -> TokenStream {
        let (name, head) = (&self.head().label, self.emitter.stage(self.head()));
        let (count, blocking) = (self.emitter.workers(self.head()), self.blocking());
        let (handles, setup) = (self.route_handles(), self.setup());
        let worker = if self.head().options.key.is_some() {
            ours!(worker)
        } else {
            ours!(_)
        };
        let order = self
            .is_ordered()
            .then(|| self.emitter.of(self.head(), "order"));
        let route_handles = self.route_params().into_iter().map(|param| &param.name);
        let senders = self.senders();
        let shared: Vec<_> = order.iter().chain(route_handles).collect();
        let queues = self
            .emitter
            .queues_into(self.head().id)
            .filter(|edge| edge.to.len() > 1);
        let queues = queues.map(|edge| self.emitter.receiver(edge));
        let workers = self.choice(|way| {
            let work = self.work(way);
            ours!(
                run.workers(#name, (#head.is_plain(), #blocking), #count, move |#worker| {
                    #(let mut #senders = __rt::Clone::clone(&#senders);)*
                    #(let #shared = __rt::Clone::clone(&#shared);)*
                    #setup
                    async move #work
                });
            )
        });
        let order = order.map(|order| ours!(let #order = __rt::Turnstile::new();));
        ours!({
            #handles
            #order
            #(let #queues = __rt::Clone::clone(&#queues);)*
            #workers
        })
    }

    /// The ways in which the island may go over its items, the quickest first: the handlers say which it is, and the
    /// compiler drops the others.
    fn choice(&self, island: impl Fn(Way) -> TokenStream) -> TokenStream {
        let (calls, intake) = (self.calls(), self.intake());
        let stages: Vec<_> = calls
            .iter()
            .map(|stage| self.emitter.stage(stage))
            .collect();
        let fill = if let StageKind::Generator(_) = self.head().kind {
            ours!(#intake.fill(pass.stretch()))
        } else {
            ours!(#intake.fill())
        };
        let seats = ours!(#(pass.add(#stages.seat());)*);
        let mut choice = TokenStream::new();
        if !self.is_ordered()
            && let Some(pass) = pass::plain(self)
        {
            let turns = Turns::Passes(pass);
            let fill = match self.head().kind {
                StageKind::Generator(_) => ours!(#intake.fill_first(pass.stretch())),
                _ => fill.clone(),
            };
            let seats = seats.clone();
            let island = island(Way { seats, fill, turns });
            if stages.is_empty() {
                return island;
            }
            choice.extend(ours!(if #(#stages.is_plain())&&* { #island } else));
        }
        if let Some(pool) = pool::emit(self) {
            if self.head().options.queue().is_some() {
                return pool;
            }
            choice.extend(ours!(if #(#stages.is_one())&&* { #pool } else));
        } else if let Some(pass) = pass::quick(self) {
            let turns = Turns::Passes(pass);
            let fill = fill.clone();
            let island = island(Way { seats, fill, turns });
            if calls.iter().all(|stage| pass::is_known_as_one(stage)) {
                choice.extend([ours!({ #island })]);
                return choice;
            }
            choice.extend(ours!(if #(#stages.is_one())&&* { #island } else));
        }
        let (seats, turns) = (TokenStream::new(), Turns::Items(body::items(self)));
        let island = island(Way { seats, fill, turns });
        if choice.is_empty() {
            return island;
        }
        choice.extend([ours!({ #island })]);
        choice
    }

    /// Handles on the parameters that the island's routes speak of.
    fn route_handles(&self) -> TokenStream {
        Emitter::handles(&self.route_params())
    }

    pub(super) fn route_params(&self) -> Vec<&'a Param> {
        let mut tokens = TokenStream::new();
        for stage in &self.stages {
            for port in [&stage.output, &stage.error, &stage.neutral, &stage.overflow] {
                if let Port::Route { arms, .. } = port {
                    for arm in arms {
                        arm.guard.to_tokens(&mut tokens);
                        arm.payload.to_tokens(&mut tokens);
                    }
                }
            }
        }
        self.emitter.used(&tokens)
    }

    /// The workers of the island's stages, and what it takes its items from.
    pub(super) fn setup(&self) -> TokenStream {
        let emitter = self.emitter;
        let workers = self.calls().iter().map(|stage| {
            let var = emitter.stage(stage);
            let edges = stage.inputs.iter().map(|edge| emitter.graph.edge(*edge));
            let worker = edges
                .filter(|edge| edge.fused || edge.to.len() > 1)
                .fold(ours!(#var.stage()), |worker, edge| {
                    behind_arrow(emitter, edge, stage, worker)
                });
            ours!(let mut #var = #worker;)
        });
        workers.chain([self.intake_setup()]).collect()
    }

    fn intake_setup(&self) -> TokenStream {
        let (emitter, head) = (self.emitter, self.head());
        let (intake, var) = (self.intake(), emitter.stage(head));
        match head.kind {
            StageKind::Generator(_) => TokenStream::new(),
            StageKind::Operator {
                class: Class::Timed,
                ..
            } => {
                let edges = receivers(emitter, head);
                ours!(let mut #intake = #var.intake(#edges);)
            }
            StageKind::Zip => {
                let edges = head.inputs.iter().map(|id| {
                    let receiver = emitter.receiver(emitter.graph.edge(*id));
                    ours!(__rt::Merge::of(#receiver))
                });
                ours!(let mut #intake = #var.intake((#(#edges,)*));)
            }
            _ => {
                let edges = self.intake_edges();
                ours!(let mut #intake = __rt::Intake::new(#edges, #var.cell(), #var.tally());)
            }
        }
    }
}

pub(super) fn blocking(line: &Line) -> TokenStream {
    let mut stages = line.stages.iter();
    if stages.any(|stage| stage.options.blocking.is_some()) {
        return ours!(true);
    }
    let asks = (line.stages.iter())
        .filter(|stage| matches!(stage.kind, StageKind::Generator(_) | StageKind::Handler(_)));
    let asks: Vec<_> = asks.map(|stage| line.emitter.stage(stage)).collect();
    if asks.is_empty() {
        return ours!(false);
    }
    ours!(#(#asks.is_blocking())||*)
}

pub(super) fn intake_edges(line: &Line) -> TokenStream {
    let (emitter, head) = (line.emitter, line.head());
    if let StageKind::Input(_) = head.kind {
        return emitter.of(head, "sent").into_token_stream();
    }
    if !is_pool(head) {
        return receivers(emitter, head);
    }
    let edges = emitter.queues_into(head.id).map(|edge| {
        let receiver = emitter.receiver(edge);
        if head.options.key.is_some() {
            ours!(#receiver.take(worker))
        } else {
            ours!(__rt::Clone::clone(&#receiver))
        }
    });
    merged(edges)
}
