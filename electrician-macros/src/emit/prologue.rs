//! The stages, in the order in which items flow: functions, arguments, options; and each arrow, as a bound on the two
//! types that it joins.

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;

use super::names::{Emitter, is_pool};
use crate::ast::{
    Callee, Class, HedgeDelay, OnError, OnPanic, StageOptions, WhenLimited, WhenOpen, plain,
};
use crate::graph::{Edge, Port, PortName, Stage, StageKind};
use crate::inspect::one_line;

pub(super) fn emit(emitter: &Emitter) -> TokenStream {
    let stages = emitter.stages().map(|stage| define(emitter, stage));
    let late = (emitter.graph.edges.iter())
        .filter(|edge| edge.feedback)
        .flat_map(|edge| edge.to.iter().map(move |to| (edge, *to)))
        .map(|(edge, to)| link(emitter, edge, emitter.graph.stage(to)));
    let late: TokenStream = late.collect();
    ours!(#(#stages)* #late)
}

/// One stage: its definition, the arrows into it, what it says of failures, its handle, its workers.
fn define(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let heading = emitter.heading(&one_line(&stage.text));
    let definition = definition(emitter, stage);
    let links = stage.inputs.iter().map(|edge| emitter.graph.edge(*edge));
    let links = links
        .filter(|edge| !edge.feedback)
        .map(|edge| link(emitter, edge, stage));
    let links: TokenStream = links.collect();
    let ends = ends(emitter, stage);
    let failures = failures(emitter, stage);
    let handle = handle(emitter, stage);
    let workers = workers(emitter, stage);
    ours!(#heading #definition #links #ends #failures #handle #workers)
}

fn definition(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let (var, name) = (emitter.stage(stage), &stage.label);
    match &stage.kind {
        StageKind::Generator(Callee::Function { path, args }) => {
            let args = emitter.arguments(args);
            ours_at!(path.span() => let #var = __rt::generator(#path {}, #args, #name, run);)
        }
        StageKind::Handler(Callee::Function { path, args }) => {
            let args = emitter.arguments(args);
            let options = options(emitter, stage);
            let draft = ours_at!(path.span() => __rt::handler(#path {}, #args));
            ours!(let #var = #draft #options.install(#name, run);)
        }
        StageKind::Handler(Callee::Closure(closure)) => {
            let options = options(emitter, stage);
            let draft = closure_draft(emitter, stage, closure);
            ours!(let #var = #draft #options.install(#name, run);)
        }
        StageKind::Operator {
            name: operator,
            class,
            args,
        } => {
            let (port, function) = (
                first_port(emitter, stage),
                operator_function(operator, args),
            );
            let module = match class {
                Class::Inline => ours!(inline),
                Class::Timed => ours!(timed),
            };
            let args = args.iter().map(|arg| emitter.operand(arg));
            let draft = ours_at!(operator.span() => __rt::#module::#function(#port #(, #args)*));
            ours!(let #var = #draft.install(#name, run);)
        }
        StageKind::Zip => {
            let ports = stage
                .inputs
                .iter()
                .map(|edge| port(emitter, emitter.graph.edge(*edge)));
            let zip = Ident::new(&format!("zip{}", stage.inputs.len()), Span::mixed_site());
            ours!(let #var = __rt::zip::#zip(#(#ports,)* #name, run);)
        }
        StageKind::Input(ty) => ours!(let #var = __rt::inline::pass::<#ty>().install(#name, run);),
        StageKind::Sub(Callee::Function { path, args }) => {
            let args = args.iter().map(|arg| emitter.value_argument(arg));
            ours_at!(path.span() => let #var = __rt::Inner::new(#path::new(#(#args),*));)
        }
        StageKind::Output(_)
        | StageKind::Generator(Callee::Closure(_))
        | StageKind::Sub(Callee::Closure(_)) => TokenStream::new(),
    }
}

/// The function of the runtime that makes an operator.
fn operator_function(operator: &Ident, args: &[syn::Expr]) -> Ident {
    match (plain(operator).as_str(), args) {
        ("distinct", [_]) => Ident::new("distinct_by", operator.span()),
        _ => operator.clone(),
    }
}

/// A closure in a handler's place; its kind follows from its words, and from whether something is wired to it.
fn closure_draft(emitter: &Emitter, stage: &Stage, closure: &syn::ExprClosure) -> TokenStream {
    let port = first_port(emitter, stage);
    let waits = closure.asyncness.is_some() || is_future(&closure.body);
    let fails = matches!(&closure.output, syn::ReturnType::Type(_, ty) if names_result(ty));
    let kind = match (stage.output.is_wired(), waits, fails) {
        (true, false, false) => "closure",
        (true, true, false) => "closure_async",
        (true, false, true) => "try_closure",
        (true, true, true) => "try_closure_async",
        (false, false, false) => "sink",
        (false, true, false) => "sink_async",
        (false, false, true) => "try_sink",
        (false, true, true) => "try_sink_async",
    };
    let kind = Ident::new(kind, Span::mixed_site());
    let tokens = emitter.closure(closure);
    ours_at!(closure.span() => __rt::inline::#kind(#port, #tokens))
}

/// Whether an expression ends in an `async` block.
fn is_future(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Async(_) => true,
        syn::Expr::Block(block) => match block.block.stmts.last() {
            Some(syn::Stmt::Expr(last, None)) => is_future(last),
            _ => false,
        },
        _ => false,
    }
}

fn names_result(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Result"))
}

/// The options of a handler, as calls on its draft.
fn options(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let options = &stage.options;
    let mut calls = TokenStream::new();
    let retried = options.retry.as_ref().map(|retry| retry.span);
    let kept = retried.or(fallback_of_item(options)).or(options.keep_item);
    if let Some(span) = kept {
        calls.extend(ours_at!(span => .kept()));
    }
    if let Some(chaos) = &options.chaos {
        let span = options.names.span("chaos").unwrap_or(chaos.span);
        let chaos = emitter.value(chaos);
        calls.extend(ours_at!(span => .chaos(#chaos)));
    }
    if let Some(limit) = &options.timeout {
        let (span, limit) = (options.names.span("timeout"), emitter.value(limit));
        calls.extend(if let Some(span) = span {
            ours_at!(span => .timeout(#limit))
        } else {
            ours!(.timeout_by_default(#limit))
        });
    }
    if let Some(limit) = &options.deadline {
        let limit = emitter.value(limit);
        calls.extend(ours!(.deadline(#limit)));
    }
    rate_limit(emitter, stage, &mut calls);
    if let Some(limit) = &options.bulkhead {
        let limit = emitter.value(limit);
        calls.extend(ours!(.bulkhead(#limit)));
    }
    retry(emitter, options, &mut calls);
    breaker(emitter, stage, &mut calls);
    match &options.on_panic {
        None => {}
        Some(OnPanic::Fail) => calls.extend(ours!(.on_panic(__rt::OnPanic::fail()))),
        Some(OnPanic::Restart {
            restarts,
            within,
            backoff,
            ..
        }) => {
            let (restarts, within) = (emitter.value(restarts), emitter.value(within));
            let backoff = backoff.as_ref().map(|backoff| emitter.value(backoff));
            let backoff = backoff.map(|backoff| ours!(.backoff(#backoff)));
            calls.extend(ours!(.on_panic(__rt::OnPanic::restart(#restarts, #within) #backoff)));
        }
    }
    fallback(emitter, options, &mut calls);
    hedge(emitter, options, &mut calls);
    calls
}

/// Where a fallback is named that is made from the item.
fn fallback_of_item(options: &StageOptions) -> Option<Span> {
    let fallback = options.fallback.as_ref()?;
    is_closure(&fallback.expr).then(|| options.names.span("fallback"))?
}

fn is_closure(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Paren(inner) => is_closure(&inner.expr),
        expr => matches!(expr, syn::Expr::Closure(_)),
    }
}

fn fallback(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(fallback) = &options.fallback else {
        return;
    };
    let value = emitter.operand(&fallback.expr);
    calls.extend(if is_closure(&fallback.expr) {
        ours!(.fallback(#value))
    } else {
        ours_at!(fallback.span => .fallback_value(#value))
    });
}

/// The last of the calls, because it changes what handles the item.
fn hedge(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(hedge) = &options.hedge else { return };
    let made = match &hedge.after {
        None => return,
        Some(HedgeDelay::After(delay)) => {
            let delay = emitter.value(delay);
            ours!(after(#delay))
        }
        Some(HedgeDelay::Percentile(share)) => ours!(percentile(#share)),
    };
    calls.extend(ours_at!(hedge.span => .hedge(__rt::Hedge::#made)));
}

fn rate_limit(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(limit) = &stage.options.rate_limit else {
        return;
    };
    let Some(rate) = limit.rate.as_ref().map(|rate| emitter.value(rate)) else {
        return;
    };
    let burst = limit.burst.as_ref().map(|burst| {
        let burst = emitter.value(burst);
        ours!(.burst(#burst))
    });
    let blackout = limit.blackout.as_ref().map(|blackout| {
        let times = emitter.operand(&blackout.expr);
        if is_closure(&blackout.expr) {
            ours!(.blackout(__rt::Blackout::when(#times)))
        } else {
            ours!(.blackout(#times))
        }
    });
    let when = match limit.when_limited {
        _ if stage.overflow.is_wired() => ours!(Overflow),
        Some((WhenLimited::Reject, _)) => ours!(Reject),
        Some((WhenLimited::Wait, _)) | None => ours!(Wait),
    };
    calls.extend(
        ours!(.rate_limit(__rt::RateLimit::from(#rate) #burst #blackout, __rt::WhenLimited::#when)),
    );
    queue(emitter, stage, calls);
    if let Some((key, keys)) = &limit.keyed {
        let (key, keys) = (emitter.hasher(key), emitter.value(keys));
        calls.extend(ours!(.rate_keys(#keys, #key)));
    }
}

fn queue(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(queue) = stage.options.queue() else {
        return;
    };
    let capacity = queue.capacity.as_ref().map(|items| emitter.value(items));
    let times = [("ageing", &queue.ageing), ("ttl", &queue.ttl)];
    let times = times.into_iter().filter_map(|(name, time)| {
        let (name, time) = (
            Ident::new(name, Span::mixed_site()),
            emitter.value(time.as_ref()?),
        );
        Some(ours!(.#name(#time)))
    });
    let smoothing = ours!(__rt::Smoothing::up_to(#capacity) #(#times)*);
    let priority = match &queue.priority {
        None => ours!(|_| 0),
        Some(priority) => emitter.operand(priority),
    };
    calls.extend(ours!(.rate_queue(#smoothing, #priority)));
}

fn retry(emitter: &Emitter, options: &StageOptions, calls: &mut TokenStream) {
    let Some(retry) = &options.retry else { return };
    let attempts = retry
        .attempts
        .as_ref()
        .map(|attempts| emitter.value(attempts));
    let attempts = attempts.unwrap_or_else(|| ours!(3));
    let backoff = retry.backoff.as_ref().map(|backoff| emitter.value(backoff));
    let backoff = backoff.map(|backoff| ours!(.backoff(#backoff)));
    let total = retry.total.as_ref().map(|total| emitter.value(total));
    let total = total.map(|total| ours!(.total(#total)));
    calls.extend(ours!(.retry(__rt::Retry::up_to(#attempts) #backoff #total)));
    if let Some(budget) = &retry.budget {
        let budget = emitter.value(budget);
        calls.extend(ours!(.retry_budget(#budget)));
    }
    if let Some(when) = &retry.when {
        let when = emitter.operand(when);
        calls.extend(ours!(.retry_when(#when)));
    }
    if let Some(after) = &retry.after {
        let after = emitter.operand(after);
        calls.extend(ours!(.retry_after(#after)));
    }
}

fn breaker(emitter: &Emitter, stage: &Stage, calls: &mut TokenStream) {
    let Some(breaker) = &stage.options.breaker else {
        return;
    };
    let settings = breaker.settings.iter().map(|(name, value)| {
        let name = Ident::new(name, Span::mixed_site());
        let value = emitter.value(value);
        ours!(.#name(#value))
    });
    let when_open = match breaker.when_open {
        _ if stage.neutral.is_wired() => ours!(Neutral),
        Some((WhenOpen::Wait, _)) => ours!(Wait),
        Some((WhenOpen::Reject, _)) | None => ours!(Reject),
    };
    calls.extend(
        ours!(.breaker(__rt::Breaker::default() #(#settings)*, __rt::WhenOpen::#when_open)),
    );
    if let Some((key, keys)) = &breaker.keyed {
        let (key, keys) = (emitter.hasher(key), emitter.value(keys));
        calls.extend(ours!(.breaker_keys(#keys, #key)));
    }
    if let Some(when) = &breaker.when {
        let when = emitter.operand(when);
        calls.extend(ours!(.breaker_when(#when)));
    }
    if let Some(when) = &breaker.when_output {
        let when = emitter.operand(when);
        calls.extend(ours!(.breaker_when_output(#when)));
    }
}

/// The type that an edge carries, as the port that it leaves says.
pub(super) fn port(emitter: &Emitter, edge: &Edge) -> TokenStream {
    let from = emitter.graph.stage(edge.from.0);
    let var = emitter.stage(from);
    let port = match edge.from.1 {
        PortName::Output => ours!(output),
        PortName::Error => ours!(errors),
        PortName::Neutral | PortName::Overflow => ours!(input),
    };
    let branches = matches!(from.port(edge.from.1), Port::Edges(edges) if edges.len() > 1);
    if branches {
        ours_at!(edge.arrow => #var.#port().broadcast())
    } else {
        ours_at!(edge.arrow => #var.#port())
    }
}

/// The type that enters a stage, for those whose own words do not say it.
fn first_port(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let edges = stage.inputs.iter().map(|edge| emitter.graph.edge(*edge));
    let mut forward = edges.filter(|edge| !edge.feedback);
    match forward.next() {
        Some(edge) if !carries_payload(emitter, edge) => port(emitter, edge),
        _ => ours!(__rt::Port::new()),
    }
}

/// One arrow.
fn link(emitter: &Emitter, edge: &Edge, to: &Stage) -> TokenStream {
    let (arrow, port) = (edge.arrow, port(emitter, edge));
    if carries_payload(emitter, edge) {
        return TokenStream::new();
    }
    let target = emitter.stage(to);
    match &to.kind {
        StageKind::Zip => TokenStream::new(),
        StageKind::Output(ty) if edge.from.1 == PortName::Error => {
            ours_at!(arrow => __rt::link_out(#port, __rt::Port::<#ty>::new());)
        }
        StageKind::Output(ty) => {
            ours_at!(arrow => __rt::link(#port, __rt::Port::<#ty>::new());)
        }
        StageKind::Handler(Callee::Function { .. }) if edge.from.1 == PortName::Error => {
            ours_at!(arrow => __rt::link_into(#port, &#target);)
        }
        StageKind::Operator { .. } | StageKind::Handler(Callee::Closure(_))
            if is_first(emitter, edge, to) =>
        {
            TokenStream::new()
        }
        _ => ours_at!(arrow => __rt::link(#port, #target.input());),
    }
}

/// Whether the stage was made from this very edge's type.
fn is_first(emitter: &Emitter, edge: &Edge, to: &Stage) -> bool {
    let edges = to.inputs.iter().map(|id| emitter.graph.edge(*id));
    edges
        .filter(|edge| !edge.feedback)
        .map(|edge| edge.id)
        .next()
        == Some(edge.id)
}

/// Whether an arm of a route says what the edge carries.
fn carries_payload(emitter: &Emitter, edge: &Edge) -> bool {
    match emitter.graph.stage(edge.from.0).port(edge.from.1) {
        Port::Route { arms, .. } => arms
            .iter()
            .any(|arm| arm.target == Some(edge.id) && arm.payload.is_some()),
        _ => false,
    }
}

/// A stage whose output is wired to nothing must be a sink.
fn ends(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let var = emitter.stage(stage);
    match (&stage.kind, &stage.output) {
        (StageKind::Handler(Callee::Function { .. }), Port::Unwired) => {
            ours_at!(stage.span => #var.ends();)
        }
        _ => TokenStream::new(),
    }
}

/// A stage of whose failures nothing is said must have none.
fn failures(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let var = emitter.stage(stage);
    match &stage.kind {
        StageKind::Generator(_) | StageKind::Handler(_) if !handles_failures(stage) => {
            ours_at!(stage.span => #var.unfailing();)
        }
        _ => TokenStream::new(),
    }
}

/// Whether something is said of the failures of a stage.
pub(super) fn handles_failures(stage: &Stage) -> bool {
    stage.error.is_wired() || stage.options.on_error.is_some() || stage.options.fallback.is_some()
}

/// What happens to a failure where the error port is not wired.
pub(super) fn policy(stage: &Stage) -> Option<OnError> {
    stage.options.on_error.map(|(policy, _)| policy)
}

fn handle(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let (var, field) = (emitter.stage(stage), &stage.name);
    match &stage.kind {
        StageKind::Generator(_) | StageKind::Handler(_) | StageKind::Input(_) => {
            ours!(handles.__stages.#field.bind(#var.cell());)
        }
        _ => TokenStream::new(),
    }
}

fn workers(emitter: &Emitter, stage: &Stage) -> TokenStream {
    if !is_pool(stage) {
        return TokenStream::new();
    }
    let (var, name) = (emitter.of(stage, "workers"), &stage.label);
    let workers = stage.options.workers.as_ref();
    let count = workers.map_or_else(|| ours!(1), |workers| emitter.value(workers));
    let order = stage.options.ordered.map(|_| {
        let order = emitter.of(stage, "order");
        ours!(let #order = __rt::Turnstile::new();)
    });
    ours!(let #var = run.at_least_one(#name, "workers", #count); #order)
}
