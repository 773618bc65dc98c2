//! The calls of an island whose handlers give one item at most: a pass goes over the items at hand, in one function where
//! all handlers are plain, and awaited in place where some may wait.

use proc_macro2::{Ident, Span, TokenStream};

use super::body::{is_counted, missed, settled};
use super::in_place;
use super::line::{Line, fails, is_keyed};
use super::prologue::policy;
use super::ways::way;
use crate::ast::{Callee, Class, OnError};
use crate::graph::{Edge, Port, PortName, Stage, StageKind};
use crate::located::shown_at;

/// The most calls of one async block: one that is longer takes the compiler more than its share of time.
pub(super) const LONGEST: usize = 8;

/// A pass in one function, for plain handlers.
pub(super) fn plain(line: &Line) -> Option<TokenStream> {
    let is_polled = matches!(
        line.head().kind,
        StageKind::Zip
            | StageKind::Operator {
                class: Class::Timed,
                ..
            }
    );
    if is_polled || guarded(line).next().is_some() {
        return None;
    }
    let (intake, room, claims) = (line.intake(), room(line), line.claims());
    let stages: Vec<_> = (line.calls().iter())
        .map(|stage| line.emitter.stage(stage))
        .collect();
    let lent = ours!(#(let mut #stages = #stages.plain();)*);
    // the optimiser keeps what a function owns in registers
    let owns = speaks_of_stages_only(line).then(|| ours!(move));
    let Some((edge, copies)) = poured(line) else {
        let work = in_place(|| plain_chain(line));
        return Some(ours!(
            {
                #lent
                #intake.each(&mut pass, #room, #owns |item, lap| { #work });
            }
            #claims
        ));
    };
    let work = in_place(|| pouring_chain(line, edge));
    let sender = line.emitter.sender(edge);
    let gives = stages.iter().fold(
        ours!(__rt::Untouched),
        |before, stage| ours!(__rt::Both(#before, #stage.gives())),
    );
    let copies = copied(line, &sender, &copies);
    Some(ours!(
        {
            #lent
            #intake.pour(&mut pass, #room, (&mut #sender, #gives), #owns |item, lap| { #work });
        }
        #claims
        #copies
    ))
}

/// Whether a pass in one function needs nothing but its stages: no edge that it does not pour into, nor what a failure is told to.
fn speaks_of_stages_only(line: &Line) -> bool {
    let ends = matches!(line.last().output, Port::Unwired) || poured(line).is_some();
    ends && line.calls().iter().all(|stage| Calls::of(stage).is_some())
}

/// The edge that all outputs of the line are poured into, and those that get copies; if nothing stops a pass before its end,
/// and nothing chooses between edges.
fn poured<'l>(line: &'l Line) -> Option<(&'l Edge, Vec<&'l Edge>)> {
    let graph = line.emitter.graph;
    let Port::Edges(edges) = &line.last().output else {
        return None;
    };
    let stops = line
        .calls()
        .iter()
        .any(|stage| fails(stage) && aborts(stage));
    if stops || edges.iter().any(|edge| is_keyed(graph, *edge)) {
        return None;
    }
    let mut edges: Vec<_> = edges.iter().map(|edge| graph.edge(*edge)).collect();
    Some((edges.pop()?, edges))
}

/// A copy of all that was poured into an edge for each of the other ones.
fn copied(line: &Line, from: &Ident, edges: &[&Edge]) -> TokenStream {
    if edges.is_empty() {
        return TokenStream::new();
    }
    let tally = line.emitter.of(line.last(), "tally");
    let copies = edges.iter().map(|edge| {
        let sender = line.emitter.sender(edge);
        ours_at!(edge.arrow => pass.copy(&#from, &mut #sender, &#tally);)
    });
    ours!(#(#copies)*)
}

/// A pass in one future, for handlers that may wait.
pub(super) fn quick(line: &Line) -> Option<TokenStream> {
    if line.calls().is_empty() {
        return None;
    }
    let (intake, room) = (line.intake(), room(line));
    let leave = Leave {
        next: ours!(continue),
        stop: ours!(break),
    };
    let (work, claims) = (in_place(|| quick_chain(line, 0, &leave)), line.claims());
    let guarded = guarded(line).map(|stage| line.emitter.stage(stage));
    Some(ours!(
        let most = pass.limit(#room);
        let work = async {
            for _ in 0..most {
                let __rt::Some(item) = #intake.pop() else { break };
                pass.begin();
                #work
            }
        };
        let panic = __rt::guarded(__rt::std::pin::pin!(work)).await;
        pass.interrupted_by(panic);
        #claims
        #(#guarded.rests();)*
    ))
}

/// The stages that something stands before.
fn guarded<'l>(line: &'l Line) -> impl Iterator<Item = &'l Stage<'l>> {
    let calls = line.calls().iter().copied();
    calls.filter(|stage| stage.options.guards())
}

/// Whether the block says by itself that a call gives one item at most.
pub(super) fn is_known_as_one(stage: &Stage) -> bool {
    match &stage.kind {
        StageKind::Handler(Callee::Closure(_)) | StageKind::Input(_) => true,
        StageKind::Operator { name, .. } => name != "flat_map" && name != "flatten",
        _ => false,
    }
}

/// How many items all buffers have room for.
fn room(line: &Line) -> TokenStream {
    let senders = line.senders();
    ours!(__rt::room(&[#(&#senders),*]))
}

/// A panic that interrupted the pass in a stage.
pub(super) fn claims(line: &Line) -> TokenStream {
    let claims = line.calls().iter().enumerate().map(|(at, stage)| {
        let var = line.emitter.stage(stage);
        if let Some(calls) = Calls::of(stage) {
            let claims = named(calls.claims, stage);
            return ours_at!(stage.span => #var.#claims(#at, &mut pass););
        }
        let claimed = if stage.options.guards() {
            let heads = line.heads_meanwhile();
            ours!(#var.claimed_after(#at, &mut pass, #heads).await)
        } else {
            ours!(#var.claimed(#at, &mut pass))
        };
        if is_counted(line, stage) {
            return ours!(#claimed;);
        }
        let way = settled(line, stage, &ours!(settled));
        ours!(if let __rt::Some(settled) = #claimed { #way })
    });
    claims.collect()
}

/// One pass after the other until the chunk is used up: the account, and what is handed over.
pub(super) fn all(line: &Line, pass: &TokenStream) -> TokenStream {
    let (intake, hand_over) = (line.intake(), line.hand_over());
    let end = match line.is_full() {
        Some(full) if line.is_ordered() => ours!(
            pass.end();
            if #full { #hand_over }
        ),
        Some(full) => ours!(if pass.end() || #full { #hand_over }),
        None => ours!(if pass.end() { #hand_over }),
    };
    ours!(while !#intake.is_empty() { #pass #end })
}

/// How an item leaves the chain before its end: the pass goes on with the next one, or stops.
struct Leave {
    next: TokenStream,
    stop: TokenStream,
}

impl Leave {
    /// Out of a function of its own, which says whether the pass goes on.
    fn function() -> Self {
        Self {
            next: ours!(return true),
            stop: ours!(return false),
        }
    }
}

/// One call after the other.
fn plain_chain(line: &Line) -> TokenStream {
    let calls = plain_calls(line, &Leave::function());
    [calls, end(line), ours!(true)].into_iter().collect()
}

fn plain_calls(line: &Line, leave: &Leave) -> TokenStream {
    let calls = line.calls().iter().enumerate().map(|(at, stage)| {
        let var = line.emitter.stage(stage);
        if let Some(calls) = Calls::of(stage) {
            let plain = named(calls.plain, stage);
            let plain = ours_at!(stage.span => #var.#plain(item, lap, #at));
            return passed(stage, &plain, &leave.next);
        }
        step(line, stage, &ours!(#var.call(item, lap, #at)), leave)
    });
    calls.collect()
}

/// One call after the other; gives what the last one gives.
fn pouring_chain(line: &Line, edge: &Edge) -> TokenStream {
    let leave = Leave {
        next: ours!(return __rt::None),
        stop: TokenStream::new(),
    };
    let calls = plain_calls(line, &leave);
    let given = ours_at!(edge.arrow => __rt::Some(item));
    [calls, given].into_iter().collect()
}

/// One call after the other, a few in each async block.
fn quick_chain(line: &Line, from: usize, leave: &Leave) -> TokenStream {
    let calls = &line.calls()[from..];
    let steps = calls
        .iter()
        .take(LONGEST)
        .enumerate()
        .flat_map(|(n, stage)| {
            let (var, at) = (line.emitter.stage(stage), from + n);
            if stage.options.guards() {
                return protected(line, stage, at, leave);
            }
            let wait = awaited(at, &ours!(#var.quick(item)), &others(line, stage));
            if let Some(calls) = Calls::of(stage) {
                let came = named(calls.came, stage);
                let came = ours_at!(stage.span => #var.#came(called, &mut pass, #at));
                return [wait, passed(stage, &came, &leave.next)];
            }
            let came = ours!(#var.came(called, &mut pass, #at));
            [wait, step(line, stage, &came, leave)]
        });
    let rest = if calls.len() > LONGEST {
        let rest = quick_chain(line, from + LONGEST, &Leave::function());
        let stop = &leave.stop;
        ours!(if !async { #rest true }.await { #stop; })
    } else {
        end(line)
    };
    steps.chain([rest]).collect()
}

/// One call that may wait, while the others rest.
fn awaited(at: usize, call: &TokenStream, others: &TokenStream) -> TokenStream {
    ours!(let called = pass.awaits::<#at, _, _>(#call, #others).await;)
}

/// What does not stand still while the call of a stage waits: what was made is handed over, and what stands before the other
/// stages keeps nothing.
fn others(line: &Line, stage: &Stage) -> TokenStream {
    let guards = guarded(line).filter(|other| other.id != stage.id);
    let guards = guards.map(|other| {
        let var = line.emitter.stage(other);
        ours!(#var.resting())
    });
    let heads = line
        .senders_meanwhile()
        .iter()
        .map(|head| ours!(&mut #head));
    let others = guards.chain(heads).reduce(|a, b| ours!(__rt::Both(#a, #b)));
    others.unwrap_or_else(|| ours!(()))
}

/// The calls of a stage that gives an item or nothing, and that nothing stands before: what its other calls give has ways of
/// its own.
struct Calls {
    plain: &'static str,
    came: &'static str,
    claims: &'static str,
}

impl Calls {
    fn of(stage: &Stage) -> Option<Self> {
        let skips = matches!(stage.options.on_error, Some((OnError::Skip, _)));
        let [plain, came, claims] = match () {
            () if is_sure(stage) => ["passes", "passed", "claims"],
            () if stage.options.guards() || stage.error.is_wired() || !skips => return None,
            () => ["tries", "tried", "skips"],
        };
        Some(Self {
            plain,
            came,
            claims,
        })
    }
}

/// A call of a stage, where the user will look for a mistake.
fn named(call: &str, stage: &Stage) -> Ident {
    Ident::new(call, shown_at(stage.span, Span::mixed_site()))
}

/// Whether a call of the stage gives its outputs or panics, and nothing stands before it.
fn is_sure(stage: &Stage) -> bool {
    !fails(stage) && !stage.options.guards()
}

/// One call that gives an item or nothing: the item goes on.
fn passed(stage: &Stage, call: &TokenStream, next: &TokenStream) -> TokenStream {
    if matches!(stage.output, Port::Unwired) {
        return ours!(#call;);
    }
    ours!(let __rt::Some(item) = #call else { #next };)
}

/// One call: the item that it gives goes on.
fn step(line: &Line, stage: &Stage, call: &TokenStream, leave: &Leave) -> TokenStream {
    let missed = given_up(line, stage, leave);
    given(stage, call, &missed, leave)
}

/// One call that something stands before: at once if it can be, or else all the way.
fn protected(line: &Line, stage: &Stage, at: usize, leave: &Leave) -> [TokenStream; 2] {
    let (var, all) = (line.emitter.stage(stage), others(line, stage));
    let others = ours!(&mut others);
    let enters = awaited(at, &ours!(#var.first(item)), &others);
    let first = ours!(
        let mut others = __rt::Others(#all);
        let called = if #var.enters() {
            #enters
            #var.came_first(called, &mut pass, #at)
        } else {
            __rt::Err(#var.not_yet(item))
        };
    );
    let way = awaited(at, &ours!(#var.rest(miss)), &others);
    let late = in_place(|| came_late(line, stage, leave));
    let rest = ours!(#way #late);
    [first, given(stage, &ours!(called), &rest, leave)]
}

/// What the rest of an item's way has given.
fn came_late(line: &Line, stage: &Stage, leave: &Leave) -> TokenStream {
    let var = line.emitter.stage(stage);
    if !is_counted(line, stage) {
        let late = ours!(#var.came_late(called, &mut pass));
        return taken(stage, &late, &given_up(line, stage, leave), leave);
    }
    let (heads, next) = (line.heads_meanwhile(), &leave.next);
    let late = ours!(#var.came_or_counted(called, &mut pass, #heads).await);
    if matches!(stage.output, Port::Unwired) {
        ours!(#late;)
    } else {
        ours!(match #late { __rt::Some(item) => item, __rt::None => #next })
    }
}

/// What a call has given goes on; where it has given nothing, this is done.
fn given(stage: &Stage, call: &TokenStream, missed: &TokenStream, leave: &Leave) -> TokenStream {
    let taken = taken(stage, call, missed, leave);
    if matches!(stage.output, Port::Unwired) {
        taken
    } else {
        ours!(let item = #taken;)
    }
}

/// The item that a call has given.
fn taken(stage: &Stage, call: &TokenStream, missed: &TokenStream, leave: &Leave) -> TokenStream {
    if matches!(stage.output, Port::Unwired) {
        return ours!(if let __rt::Err(miss) = #call { #missed });
    }
    let next = &leave.next;
    ours!(match #call {
        __rt::Ok(__rt::Some(item)) => item,
        __rt::Ok(__rt::None) => #next,
        __rt::Err(miss) => { #missed }
    })
}

/// What becomes of an item that is given up, and whether the pass goes on after it.
fn given_up(line: &Line, stage: &Stage, leave: &Leave) -> TokenStream {
    let (miss, aborts) = (miss(line, stage), fails(stage) && aborts(stage));
    let Leave { next, stop } = leave;
    let is_sink = matches!(stage.output, Port::Unwired);
    match (is_sink, aborts) {
        (true, false) => miss,
        (_, true) => ours!(#miss #stop;),
        (false, false) => ours!(#miss #next;),
    }
}

/// What leaves the last stage.
fn end(line: &Line) -> TokenStream {
    match line.last().output {
        Port::Unwired => TokenStream::new(),
        _ => way(line, line.last(), PortName::Output),
    }
}

/// Whether a failure of the stage aborts the pipeline, so that no further call is made.
pub(super) fn aborts(stage: &Stage) -> bool {
    !stage.error.is_wired() && policy(stage) == Some(OnError::Fail)
}

fn miss(line: &Line, stage: &Stage) -> TokenStream {
    let var: Ident = line.emitter.stage(stage);
    if stage.options.guards() {
        let heads = line.heads_meanwhile();
        return missed(
            line,
            stage,
            |wait| ours!(pass.settling(#wait, #heads).await),
        );
    }
    settled(line, stage, &ours!(#var.settle_plain(miss)))
}
