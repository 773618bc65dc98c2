//! What the task of an island does: it opens its source, goes over the items at hand in one way, hands over, and ends.

use proc_macro2::{Group, Ident, TokenStream};

use super::braced;
use super::line::{Line, counts_outputs, fails};
use super::names::Emitter;
use super::{body, pass, prologue};
use crate::graph::{StageId, StageKind};

/// One way of going over the items at hand: the stages that the pass books, the wait for items, and what is done with them.
pub(super) struct Way {
    pub(super) seats: TokenStream,
    pub(super) fill: TokenStream,
    pub(super) turns: Turns,
}

/// What an island does with the items at hand: all at once, or a pass over some of them.
pub(super) enum Turns {
    Items(TokenStream),
    Passes(TokenStream),
}

impl Line<'_, '_> {
    /// What the task does.
    pub(super) fn work(&self, Way { seats, fill, turns }: Way) -> Group {
        let params = Emitter::lent(&self.route_params());
        let intake = self.intake();
        let begin = ours!(let mut pass = #intake.pass(););
        let work = match turns {
            Turns::Passes(pass) if self.takes_chunks() => self.passes(&pass),
            Turns::Passes(pass) => self.chunks(&fill, &pass::all(self, &pass)),
            Turns::Items(items) => self.chunks(&fill, &items),
        };
        let (cells, open, tallies) = (self.cells(), self.open(), self.tallies());
        let all = [params, cells, open, tallies, begin, seats, work];
        braced(all.into_iter().collect())
    }

    /// One pass after the other: the intake hands over between them, and takes the next chunk.
    fn passes(&self, pass: &TokenStream) -> TokenStream {
        let (intake, heads) = (self.intake(), self.heads());
        let (enough, takes) = (self.enough(&intake), self.takes());
        let in_loop = self.is_in_cycle().then(|| ours!(#intake.is_in_loop();));
        let stop = (!takes.is_empty()).then(|| ours!(#intake.stop_if(#(#takes.is_sated())||*);));
        let leave = self.leave();
        ours!(
            #in_loop
            while #intake.next(&mut pass, #heads).await {
                #pass
                #enough
                #stop
            }
            #leave
        )
    }

    /// One chunk after the other.
    fn chunks(&self, fill: &TokenStream, items: &TokenStream) -> TokenStream {
        let (intake, takes) = (self.intake(), self.takes());
        let (enough, hand_over) = (self.enough(&intake), self.hand_over());
        if self.is_ordered() {
            let order = self.emitter.of(self.head(), "order");
            let fill = self.flushing(&ours!(#intake.fill_in_turn(&#order)));
            return ours!(while let __rt::Some(turn) = #fill {
                #items
                #hand_over
                __rt::std::mem::drop(turn);
                #enough
            });
        }
        let (fill, leave) = (self.flushing(fill), self.leave());
        let settle = self.is_in_cycle().then(|| self.hand_over());
        let stop = (!takes.is_empty()).then(|| ours!(if #(#takes.is_sated())||* { break; }));
        let failed = body::source_failed(self);
        ours!(
            while #fill {
                #items
                #failed
                #settle
                #enough
                #stop
            }
            #hand_over
            #leave
        )
    }

    /// Whether the island takes chunks from its edges, and hands over what it has made when it likes.
    fn takes_chunks(&self) -> bool {
        self.calls().len() == self.stages.len() && !self.is_ordered()
    }

    /// Behind a `take` that has what it wanted the pipeline ends at once; what still comes is left out.
    fn leave(&self) -> Option<TokenStream> {
        let (intake, senders) = (self.intake(), self.senders());
        (!self.takes().is_empty()).then(|| {
            ours!(
                #(__rt::std::mem::drop(#senders);)*
                #intake.leave().await;
            )
        })
    }

    fn takes(&self) -> Vec<Ident> {
        let takes = self.stages.iter().filter(
            |stage| matches!(&stage.kind, StageKind::Operator { name, .. } if name == "take"),
        );
        takes.map(|stage| self.emitter.stage(stage)).collect()
    }

    /// What a failure that ends the pipeline is told to.
    pub(super) fn cells(&self) -> TokenStream {
        let ending = self
            .stages
            .iter()
            .filter(|stage| fails(stage) && prologue::ends_pipeline(stage).is_some());
        ending
            .map(|stage| {
                let (var, cell) = (self.emitter.stage(stage), self.emitter.of(stage, "cell"));
                ours!(let #cell = __rt::Clone::clone(#var.cell());)
            })
            .collect()
    }

    /// A generator is opened in its own task.
    fn open(&self) -> TokenStream {
        let StageKind::Generator(_) = self.head().kind else {
            return TokenStream::new();
        };
        let (var, slot) = (
            self.emitter.stage(self.head()),
            self.emitter.of(self.head(), "slot"),
        );
        ours!(
            let mut #slot = #var.slot();
            let #var = #var.open(&mut #slot);
            let mut #var = __rt::std::pin::pin!(#var);
        )
    }

    /// The counters of stages whose outputs are copied or discarded.
    pub(super) fn tallies(&self) -> TokenStream {
        let counted = self
            .stages
            .iter()
            .filter(|stage| counts_outputs(self.emitter.graph, stage));
        counted
            .map(|stage| {
                let (var, tally) = (self.emitter.stage(stage), self.emitter.of(stage, "tally"));
                let is_called = self.calls().iter().any(|call| call.id == stage.id);
                let own = if is_called {
                    ours!(<__rt::Arc<_> as __rt::Clone>::clone(#var.tally()))
                } else {
                    ours!(#var.tally())
                };
                ours!(let #tally = #own;)
            })
            .collect()
    }

    /// Ends what feeds the island once nobody behind it needs more.
    pub(super) fn enough(&self, intake: &Ident) -> TokenStream {
        let takes = self.takes().into_iter();
        let takes = takes.map(|take| ours!(#take.is_sated()));
        let outs = self.last().output.edges();
        let outs: Vec<_> = (outs.iter())
            .map(|id| self.emitter.sender(self.emitter.graph.edge(*id)))
            .collect();
        let sated = (!outs.is_empty()).then(|| ours!(#(__rt::Head::is_sated(&#outs))&&*));
        let conditions: Vec<_> = takes.chain(sated).collect();
        if conditions.is_empty() {
            return TokenStream::new();
        }
        ours!(#intake.enough_if(#(#conditions)||*);)
    }

    pub(super) fn is_in_cycle(&self) -> bool {
        let inside = |id: &StageId| self.stages.iter().any(|stage| stage.id == *id);
        self.emitter.graph.cycles.iter().flatten().any(inside)
    }
}
