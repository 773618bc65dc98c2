//! An island that is one stage, whose outputs and failures have one way each: the runtime has its tasks, but for calls that give
//! one item and may wait in a task of their own.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::body::diverts;
use super::line::{Line, is_keyed};
use super::names::is_pool;
use super::pool::shares;
use super::task::{Turns, Way};
use super::ways::failure_way;
use super::{in_place, island, pass};
use crate::graph::{Edge, Port, StageKind};

/// The ways out of the stage.
struct Ways {
    output: TokenStream,
    failures: TokenStream,
    /// What becomes of a failure.
    fail: TokenStream,
}

/// The tasks of such an island.
pub(super) fn emit(line: &Line) -> Option<TokenStream> {
    let ways = Ways::of(line)?;
    if is_pool(line.head()) {
        workers(line, &ways)
    } else {
        Some(single(line, &ways))
    }
}

fn workers(line: &Line, ways: &Ways) -> Option<TokenStream> {
    let (emitter, stage) = (line.emitter, line.head());
    let is_alone_at = |edge: &Edge| edge.to.len() == 1;
    let (ordered, queue) = (stage.options.ordered.is_some(), stage.options.queue());
    if queue.is_some()
        || !shares(emitter.graph, stage)
        || !emitter.queues_into(stage.id).all(is_alone_at)
    {
        return None;
    }
    let (var, name, count) = (emitter.stage(stage), &stage.label, emitter.workers(stage));
    let (blocking, edges) = (line.blocking(), island::receivers(emitter, stage));
    let workers = if stage.options.guards() {
        ours!(protected_workers)
    } else {
        ours!(lone_workers)
    };
    let tasks = ours_at!(stage.span => #var.#workers(run, (#name, #blocking), (#count, #ordered), #edges, #ways););
    let cells = line.cells();
    Some(ours!({ #cells #tasks }))
}

/// Only calls that may wait are written out, since rustc makes the best of them where it knows all types.
fn single(line: &Line, ways: &Ways) -> TokenStream {
    let stage = line.head();
    let (var, name, intake) = (line.emitter.stage(stage), &stage.label, line.intake());
    let (setup, blocking) = (in_place(|| line.setup()), line.blocking());
    let is_quick = if stage.options.guards() {
        ours!(is_one)
    } else {
        ours!(is_quick)
    };
    let quick = pass::quick(line).map(Turns::Passes).map(|turns| {
        let (seats, fill) = (ours!(pass.add(#var.seat());), TokenStream::new());
        let work = line.work(Way { seats, fill, turns });
        ours!(if #var.#is_quick() { run.island(#name, blocking, async move #work); } else)
    });
    let cells = line.cells();
    let task = ours_at!(stage.span => run.lone((#name, blocking), #var, #intake, #ways););
    ours!({ #setup let blocking = #blocking; #quick { #cells #task } })
}

impl Ways {
    /// Of a line that is one stage, if it has such ways.
    fn of(line: &Line) -> Option<Self> {
        let [stage] = line.stages[..] else {
            return None;
        };
        let is_handler = matches!(stage.kind, StageKind::Handler(_));
        if !is_handler || diverts(stage) || line.is_in_cycle() || pass::aborts(stage) {
            return None;
        }
        let failures = match stage.error {
            Port::Discard(_) => ours!(__rt::Nowhere),
            _ => exit(line, &stage.error)?,
        };
        let way = failure_way(line, stage);
        let fail = if way.is_empty() {
            ours_at!(stage.span => __rt::counted)
        } else if let Port::Edges(_) = stage.error {
            ours_at!(stage.span => |#failures, failure| { #way })
        } else {
            ours_at!(stage.span => move |_, failure| { #way })
        };
        Some(Self {
            output: exit(line, &stage.output)?,
            failures,
            fail,
        })
    }
}

impl ToTokens for Ways {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self {
            output,
            failures,
            fail,
        } = self;
        tokens.extend([ours!((#output, #failures), #fail)]);
    }
}

/// The one edge of a port, or none.
fn exit(line: &Line, port: &Port) -> Option<TokenStream> {
    let graph = line.emitter.graph;
    match port {
        Port::Unwired => Some(ours!(__rt::Nowhere)),
        Port::Edges(edges) => match edges[..] {
            [edge] if !is_keyed(graph, edge) => {
                Some(line.emitter.sender(graph.edge(edge)).into_token_stream())
            }
            _ => None,
        },
        Port::Discard(_) | Port::Route { .. } => None,
    }
}
