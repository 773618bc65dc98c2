//! A pool whose handlers wait for one item each: a task holds many calls, which share an intake and the heads.

use proc_macro2::TokenStream;

use super::body::{diverts, settled};
use super::in_place;
use super::line::{Line, fails};
use super::names::{Emitter, is_pool};
use super::ways::{failure_way, way};
use crate::graph::{Graph, Port, PortName, Stage, StageId};

/// The tasks of such a pool.
pub(super) fn emit(line: &Line) -> Option<TokenStream> {
    let (emitter, stage) = (line.emitter, line.head());
    if !shares(emitter.graph, stage) {
        return None;
    }
    let (var, name) = (emitter.stage(stage), &stage.label);
    let (count, blocking) = (emitter.workers(stage), line.blocking());
    let (edges, senders, heads) = (line.intake_edges(), line.senders(), line.heads());
    let (new_order, in_order) = if line.is_ordered() {
        let order = emitter.of(stage, "order");
        (
            Some(ours!(let #order = #var.order(#count);)),
            Some(ours!(.in_order(__rt::Some(&#order)))),
        )
    } else {
        (None, None)
    };
    let handles: Vec<_> = line
        .route_params()
        .iter()
        .map(|param| &param.name)
        .collect();
    let params = Emitter::lent(&line.route_params());
    let (cells, tallies) = (line.cells(), line.tallies());
    let (items, enough) = (in_place(|| items(line)), in_place(|| line.enough(&var)));
    let pool = if stage.options.guards() {
        ours!(pool)
    } else {
        ours!(quick_pool)
    };
    // behind a queue, one task has all the workers
    let (tasks, share, pool) = match stage.options.queue() {
        Some(_) => (ours!(1), ours!(_), ours!(queued_pool(#edges, #count))),
        None => (count, ours!(workers), ours!(#pool(#edges, workers))),
    };
    Some(ours!(
        #new_order
        run.pool(#name, #blocking, #tasks, move |#share| {
            #(let mut #senders = __rt::Clone::clone(&#senders);)*
            #(let #handles = __rt::Clone::clone(&#handles);)*
            let mut #var = #var.#pool #in_order;
            async move {
                #params #cells #tallies
                while #var.fill(#heads).await {
                    #items
                    #enough
                }
                __rt::hand_over(#heads).await;
            }
        });
    ))
}

/// How many heads a stage has at each of its edges.
pub(super) fn heads(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let workers = emitter.workers(stage);
    if !shares(emitter.graph, stage) {
        return workers;
    }
    if stage.options.queue().is_some() {
        return ours!(1);
    }
    let var = emitter.stage(stage);
    let blocking = if stage.options.blocking.is_some() {
        ours!(true)
    } else {
        ours!(#var.is_blocking())
    };
    let in_passes = stage.options.ordered.is_none() && !stage.options.guards();
    ours!(#var.tasks(#workers, #blocking, #in_passes))
}

/// Whether the workers of a stage may share an intake: none has a lane of its own, or a part in the end of a circle.
pub(super) fn shares(graph: &Graph, stage: &Stage) -> bool {
    let in_cycle = |id: &StageId| *id == stage.id;
    is_pool(stage) && stage.options.key.is_none() && !graph.cycles.iter().flatten().any(in_cycle)
}

/// What becomes of what has come of the calls.
fn items(line: &Line) -> TokenStream {
    let (stage, var) = (line.head(), line.emitter.stage(line.head()));
    let leaves = diverts(stage) || (fails(stage) && !failure_way(line, stage).is_empty());
    let settled = leaves.then(|| in_place(|| settled(line, stage, &ours!(*settled))));
    if matches!(stage.output, Port::Unwired) {
        return match settled {
            None => ours!(while #var.pop().is_some() {}),
            Some(settled) => ours!(while let __rt::Some(came) = #var.pop() {
                if let __rt::Err(settled) = came { #settled }
            }),
        };
    }
    let way = in_place(|| way(line, stage, PortName::Output));
    let Some(settled) = settled else {
        return ours!(while let __rt::Some(came) = #var.pop() {
            let __rt::Ok(__rt::Some(item)) = came else { continue; };
            #way
        });
    };
    ours!(while let __rt::Some(came) = #var.pop() {
        let item = match came {
            __rt::Ok(__rt::Some(item)) => item,
            __rt::Ok(__rt::None) => continue,
            __rt::Err(settled) => {
                #settled
                continue;
            }
        };
        #way
    })
}
