//! The stages, in the order in which items flow: functions, arguments, options; and each arrow, as a bound on the two
//! types that it joins.

use proc_macro2::{Ident, Span, TokenStream};
use syn::spanned::Spanned;

use super::in_place;
use super::names::{Emitter, is_pool};
use super::options::options;
use crate::ast::{Callee, Class, OnError, plain};
use crate::graph::{Edge, Port, PortName, Stage, StageKind};
use crate::inspect::one_line;
use crate::located::shown_at;

pub(super) fn emit(emitter: &Emitter, line: &mut TokenStream) {
    for stage in emitter.stages() {
        define(emitter, stage, line);
    }
    let late = (emitter.graph.edges.iter())
        .filter(|edge| edge.feedback)
        .flat_map(|edge| edge.to.iter().map(move |to| (edge, *to)))
        .map(|(edge, to)| link(emitter, edge, emitter.graph.stage(to)));
    line.extend(late);
}

/// One stage: its definition, the arrows into it, what it says of failures, its handle, its workers.
fn define(emitter: &Emitter, stage: &Stage, line: &mut TokenStream) {
    line.extend(emitter.heading(|| one_line(&stage.text)));
    line.extend([definition(emitter, stage)]);
    let edges = stage.inputs.iter().map(|edge| emitter.graph.edge(*edge));
    let links = edges.filter(|edge| !edge.feedback);
    line.extend(links.map(|edge| link(emitter, edge, stage)));
    line.extend([
        ends(emitter, stage),
        failures(emitter, stage),
        handle(emitter, stage),
        workers(emitter, stage),
    ]);
}

fn definition(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let (var, name) = (emitter.stage(stage), &stage.label);
    match &stage.kind {
        StageKind::Generator(Callee::Function { path, args }) => {
            let args = emitter.arguments(args);
            ours_at!(path.span() => let #var = __rt::generator(#args, #path {}, #name, run);)
        }
        StageKind::Handler(Callee::Function { path, args }) => {
            let args = emitter.arguments(args);
            let draft = in_place(|| ours_at!(path.span() => __rt::handler(#args, #path {})));
            let options = in_place(|| options(emitter, stage));
            let install = in_place(|| ours_at!(stage.span => .install(#name, run)));
            ours!(let #var = #draft #options #install;)
        }
        StageKind::Handler(Callee::Closure(closure)) => {
            let draft = in_place(|| closure_draft(emitter, stage, closure));
            let options = in_place(|| options(emitter, stage));
            let install = in_place(|| ours_at!(stage.span => .install(#name, run)));
            ours!(let #var = #draft #options #install;)
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
    let kind = at(Ident::new(kind, Span::mixed_site()), closure.span());
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

/// The type that an edge carries, as the port that it leaves says.
fn port(emitter: &Emitter, edge: &Edge) -> TokenStream {
    let from = emitter.graph.stage(edge.from.0);
    let var = at(emitter.stage(from), edge.arrow);
    let port = match edge.from.1 {
        // what comes in from outside is what an input takes, and where that is declared it has been looked at
        PortName::Output if matches!(from.kind, StageKind::Input(_)) => ours!(input),
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

/// The same name, where the user will look for a mistake.
fn at(mut name: Ident, place: Span) -> Ident {
    name.set_span(shown_at(place, Span::mixed_site()));
    name
}

/// One arrow, as a bound on its two types; what lies behind it is behind the port that it gives.
fn link(emitter: &Emitter, edge: &Edge, to: &Stage) -> TokenStream {
    let (arrow, port) = (edge.arrow, port(emitter, edge));
    let (into, target) = (emitter.into(edge, to), at(emitter.stage(to), arrow));
    match (joint(emitter, edge, to), &to.kind) {
        (Joint::Given, _) => TokenStream::new(),
        (Joint::Converted, StageKind::Output(ty)) => {
            ours_at!(arrow => __rt::link_out(__rt::Port::<#ty>::new(), #port);)
        }
        (Joint::Converted, _) => ours_at!(arrow => __rt::link_into(&#target, #port);),
        (Joint::Checked, StageKind::Output(ty)) => {
            ours_at!(arrow => let #into = __rt::arrow(#port, __rt::Port::<#ty>::new()).link();)
        }
        (Joint::Checked, _) => {
            ours_at!(arrow => let #into = __rt::arrow(#port, #target.input()).link();)
        }
    }
}

/// How the types on the two sides of an arrow meet.
enum Joint {
    /// The target has its type from this very edge, or a payload has its own.
    Given,
    /// They are the same.
    Checked,
    /// One becomes the other.
    Converted,
}

fn joint(emitter: &Emitter, edge: &Edge, to: &Stage) -> Joint {
    let fails = edge.from.1 == PortName::Error;
    match &to.kind {
        _ if carries_payload(emitter, edge) => Joint::Given,
        StageKind::Zip => Joint::Given,
        StageKind::Output(_) | StageKind::Handler(Callee::Function { .. }) if fails => {
            Joint::Converted
        }
        StageKind::Operator { .. } | StageKind::Handler(Callee::Closure(_))
            if is_first(emitter, edge, to) =>
        {
            Joint::Given
        }
        _ => Joint::Checked,
    }
}

/// What lies behind an edge: it is there where the edge's arrows are right.
pub(super) fn behind(emitter: &Emitter, edge: &Edge, what: TokenStream) -> TokenStream {
    let targets = edge.to.iter().map(|to| emitter.graph.stage(*to));
    targets.fold(what, |what, to| behind_arrow(emitter, edge, to, what))
}

/// The same for one of its arrows.
pub(super) fn behind_arrow(
    emitter: &Emitter,
    edge: &Edge,
    to: &Stage,
    what: TokenStream,
) -> TokenStream {
    match joint(emitter, edge, to) {
        Joint::Given | Joint::Converted => what,
        Joint::Checked => {
            let into = emitter.into(edge, to);
            ours_at!(edge.arrow => #into.to(#what))
        }
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
    let arm = edge.arm(emitter.graph);
    arm.is_some_and(|arm| arm.payload.is_some())
}

/// A stage whose output is wired to nothing must be a sink; what a stage gives leaves it though no arrow leads to another one.
fn ends(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let var = emitter.stage(stage);
    match (&stage.kind, &stage.output) {
        (StageKind::Handler(Callee::Function { .. }), Port::Unwired) => {
            ours_at!(stage.span => #var.ends();)
        }
        (
            StageKind::Generator(_) | StageKind::Handler(_) | StageKind::Operator { .. },
            Port::Discard(place) | Port::Route { span: place, .. },
        ) => {
            let var = at(var, *place);
            ours_at!(*place => #var.output().leaves();)
        }
        _ => TokenStream::new(),
    }
}

/// A stage of whose failures nothing is said must have none; those that end the pipeline must be such that it can tell them.
fn failures(emitter: &Emitter, stage: &Stage) -> TokenStream {
    let var = emitter.stage(stage);
    match (&stage.kind, ends_pipeline(stage)) {
        (StageKind::Generator(_) | StageKind::Handler(_), Some(place)) => {
            let var = at(var, place);
            ours_at!(place => #var.reports();)
        }
        (StageKind::Generator(_) | StageKind::Handler(_), None) if !handles_failures(stage) => {
            ours_at!(stage.span => #var.unfailing();)
        }
        _ => TokenStream::new(),
    }
}

/// Where the block says that a failure of the stage ends the pipeline.
pub(super) fn ends_pipeline(stage: &Stage) -> Option<Span> {
    match stage.options.on_error {
        Some((OnError::Stop | OnError::Fail, place)) if !stage.error.is_wired() => Some(place),
        _ => None,
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
    ours!(let #var = run.at_least_one(#name, "workers", #count);)
}
