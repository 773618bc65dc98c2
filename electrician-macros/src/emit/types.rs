//! The pipeline's own type, its handles, and the traits that make it run.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;

use super::{Emitter, braced, in_place, topology};
use crate::ast::plain;
use crate::graph::{Stage, StageKind};
use crate::located::located;

/// The struct, `new`, `start` and `TOPOLOGY`; the handles.
pub(super) fn emit(emitter: &Emitter) -> TokenStream {
    let own = own(emitter);
    let handles = handles(emitter);
    ours!(#own #handles)
}

fn own(emitter: &Emitter) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, &emitter.graph.pipeline.krate);
    let (vis, name, rt) = (
        &pipeline.vis,
        sayable(&pipeline.name),
        ours!(#krate::__private),
    );
    let (impls, types, wheres) = pipeline.generics.split_for_impl();
    let (fields, field_types) = fields(emitter);
    let (definition, bounds) = (definition(emitter), bounds(emitter, wheres));
    let value = match (&fields[..], phantom(emitter)) {
        ([], None) => ours!(Self),
        (_, None) => ours!(Self { #(#fields),* }),
        (_, Some(_)) => ours!(Self { #(#fields,)* __types: #rt::std::marker::PhantomData }),
    };
    ours!(
        #definition

        #[allow(clippy::all, clippy::pedantic)]
        impl #impls #name #types #wheres {
            /// A pipeline with these parameters, ready to start.
            #[allow(dead_code)]
            #vis fn new(#(#fields: #field_types),*) -> Self {
                #value
            }
        }

        #[allow(clippy::all, clippy::pedantic)]
        impl #impls #name #types #bounds {
            /// The graph: stages, ports, edges, islands, capacities.
            #[allow(dead_code)]
            #vis const TOPOLOGY: #rt::Topology = <Self as #rt::Wired>::TOPOLOGY;

            /// Starts the pipeline.
            ///
            /// # Errors
            /// When an option has a value that it cannot have, with the stage and the option, or outside of a tokio runtime.
            #vis fn start(self) -> #rt::Result<#rt::Running<Self>, #rt::Error> {
                #rt::Ready(self).start()
            }
        }
    )
}

/// The parameters, and their types; of two with one name, the first.
fn fields<'e>(emitter: &'e Emitter) -> (Vec<Ident>, Vec<&'e syn::Type>) {
    let params = &emitter.graph.pipeline.params;
    let is_first = |at: &usize| {
        params[..*at]
            .iter()
            .all(|earlier| earlier.name != params[*at].name)
    };
    (0..params.len())
        .filter(is_first)
        .map(|at| (sayable(&params[at].name), &params[at].ty))
        .unzip()
}

/// The name, or one beside it where Rust keeps it for itself: the block is refused for that, and its stub compiles.
fn sayable(name: &Ident) -> Ident {
    match syn::parse2(name.to_token_stream()) {
        Ok(name) => name,
        Err(_) => format_ident!("{}_", plain(name), span = name.span()),
    }
}

/// The struct, with the graph in its documentation.
fn definition(emitter: &Emitter) -> TokenStream {
    let pipeline = emitter.graph.pipeline;
    let (attrs, vis, name) = (&pipeline.attrs, &pipeline.vis, sayable(&pipeline.name));
    let (generics, wheres) = (&pipeline.generics, &pipeline.generics.where_clause);
    let drawing = format!("\n```mermaid\n{}```", emitter.mermaid);
    let drawing = drawing.lines().map(doc);
    let (fields, field_types) = fields(emitter);
    let body = match (&fields[..], phantom(emitter)) {
        ([], None) => ours!(;),
        (_, phantom) => {
            let docs = fields
                .iter()
                .map(|field| doc(&format!("The parameter `{}`.", plain(field))));
            let marker = phantom.map(|phantom| ours!(__types: #phantom,));
            ours!({ #(#docs #vis #fields: #field_types,)* #marker })
        }
    };
    ours!(#(#attrs)* #(#drawing)* #[allow(clippy::pedantic)] #vis struct #name #generics #wheres #body)
}

fn doc(line: &str) -> TokenStream {
    let line = if line.is_empty() {
        String::new()
    } else {
        format!(" {line}")
    };
    ours!(#[doc = #line])
}

/// What keeps type parameters alive that no parameter of the pipeline names.
fn phantom(emitter: &Emitter) -> Option<TokenStream> {
    let generics = &emitter.graph.pipeline.generics;
    let krate = &emitter.graph.pipeline.krate;
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let named = |ty: &&&Ident| {
        emitter
            .graph
            .pipeline
            .params
            .iter()
            .any(|param| mentions(param.ty.to_token_stream(), ty))
    };
    let unnamed: Vec<_> = types.iter().filter(|ty| !named(ty)).collect();
    (!unnamed.is_empty())
        .then(|| ours!(#krate::__private::std::marker::PhantomData<fn() -> (#(#unnamed,)*)>))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    use proc_macro2::TokenTree;
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The user's bounds, and those that every parameter of a pipeline has, where the type depends on generics.
fn bounds(emitter: &Emitter, wheres: Option<&syn::WhereClause>) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, &emitter.graph.pipeline.krate);
    let rt = ours!(#krate::__private);
    let predicates = wheres.map(|wheres| {
        let predicates = wheres.predicates.iter();
        ours!(#(#predicates,)*)
    });
    let generics = pipeline.generics.type_params().map(|param| {
        let ty = &param.ident;
        ours!(#ty: #rt::Send + 'static,)
    });
    let params = types(emitter)
        .filter(|ty| is_generic(emitter, ty))
        .map(|ty| located(ours!(#ty: #rt::Send + #rt::Sync + 'static,), ty.span()));
    ours!(where #predicates #(#generics)* #(#params)*)
}

/// The other parameters are looked at, each type once.
fn parameters(emitter: &Emitter) -> TokenStream {
    let heading = emitter.heading(|| "parameters".to_owned());
    let params = types(emitter).filter(|ty| !is_generic(emitter, ty));
    let params: Vec<_> = params
        .map(|ty| located(ours!(__rt::shares::<#ty>();), ty.span()))
        .collect();
    let heading = (!params.is_empty()).then_some(heading);
    ours!(#heading #(#params)*)
}

/// The types of the parameters, each once.
fn types<'e>(emitter: &'e Emitter) -> impl Iterator<Item = &'e syn::Type> {
    let params = &emitter.graph.pipeline.params;
    let is_first = |at: &usize| !params[..*at].iter().any(|param| param.ty == params[*at].ty);
    (0..params.len()).filter(is_first).map(|at| &params[at].ty)
}

fn is_generic(emitter: &Emitter, ty: &syn::Type) -> bool {
    let mut generics = emitter.graph.pipeline.generics.params.iter();
    generics.any(|param| {
        let name = match param {
            syn::GenericParam::Type(param) => &param.ident,
            syn::GenericParam::Lifetime(param) => &param.lifetime.ident,
            syn::GenericParam::Const(param) => &param.ident,
        };
        mentions(ty.to_token_stream(), name)
    })
}

fn handles(emitter: &Emitter) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, &emitter.graph.pipeline.krate);
    let (vis, rt) = (&pipeline.vis, ours!(#krate::__private));
    let Names { handles, stages } = Names::of(emitter);
    let (generics, wheres) = (&pipeline.generics, &pipeline.generics.where_clause);
    let marker = marker(emitter);
    let ends = emitter.graph.stages.iter().filter_map(|stage| {
        let (name, ty) = end(stage, &rt)?;
        let kind = if matches!(stage.kind, StageKind::Input(_)) {
            "input"
        } else {
            "output"
        };
        let doc = docs(stage, kind);
        Some(ours!(#doc #vis #name: #ty,))
    });
    let field = |stage: &Stage| {
        let (name, ty) = (sayable(&stage.name), stage_handle(stage, &rt)?);
        let doc = docs(stage, "stage");
        Some(ours!(#doc #vis #name: #ty,))
    };
    let fields = in_place(|| emitter.graph.stages.iter().filter_map(field).collect());
    let name = plain(&pipeline.name);
    let handles_doc = doc(&format!(
        "The inputs and outputs of a running `{name}`, and its stages."
    ));
    let stages_doc = doc(&format!(
        "The stages of a running `{name}`: their counters and their knobs."
    ));
    ours!(
        #handles_doc
        #[allow(clippy::pedantic, dead_code)]
        #vis struct #handles #generics #wheres { #(#ends)* __stages: #stages, #marker }

        #stages_doc
        #[allow(clippy::pedantic, dead_code)]
        #vis struct #stages { #fields }
    )
}

/// What the user says of a stage, or else its name.
fn docs(stage: &Stage, kind: &str) -> TokenStream {
    match stage.docs {
        [] => doc(&format!("The {kind} `{}`.", stage.label)),
        docs => ours!(#(#docs)*),
    }
}

/// A field that names all the type parameters.
fn marker(emitter: &Emitter) -> Option<TokenStream> {
    let krate = &emitter.graph.pipeline.krate;
    let types: Vec<_> = emitter
        .graph
        .pipeline
        .generics
        .type_params()
        .map(|param| &param.ident)
        .collect();
    (!types.is_empty()).then(
        || ours!(__types: #krate::__private::std::marker::PhantomData<fn() -> (#(#types,)*)>,),
    )
}

struct Names {
    handles: Ident,
    stages: Ident,
}

impl Names {
    fn of(emitter: &Emitter) -> Self {
        let name = plain(&emitter.graph.pipeline.name);
        let span = emitter.graph.pipeline.name.span();
        Self {
            handles: format_ident!("{name}Handles", span = span),
            stages: format_ident!("{name}Stages", span = span),
        }
    }
}

/// A field of the handles: an input or an output.
fn end(stage: &Stage, rt: &TokenStream) -> Option<(Ident, TokenStream)> {
    match &stage.kind {
        StageKind::Input(ty) => Some((sayable(&stage.name), ours!(#rt::Input<#ty>))),
        StageKind::Output(ty) => Some((sayable(&stage.name), ours!(#rt::Output<#ty>))),
        _ => None,
    }
}

/// The type of a stage's handle.
fn stage_handle(stage: &Stage, rt: &TokenStream) -> Option<TokenStream> {
    match &stage.kind {
        StageKind::Handler(_) => Some(handler_handle(stage, rt)),
        StageKind::Generator(_) | StageKind::Input(_) => Some(ours!(#rt::StageHandle)),
        _ => None,
    }
}

/// The same for a handler, with the knobs of its options.
fn handler_handle(stage: &Stage, rt: &TokenStream) -> TokenStream {
    let options = &stage.options;
    let (rate_limit, bulkhead, breaker) =
        (&options.rate_limit, &options.bulkhead, &options.breaker);
    if rate_limit.is_none() && bulkhead.is_none() && breaker.is_none() {
        return ours!(#rt::StageHandle);
    }
    // whether the option is written, and whether it has a `key`
    let knob = |written: Option<bool>| match written {
        None => ours!(()),
        Some(false) => ours!(#rt::Knob),
        Some(true) => ours!(#rt::KnobPerKey),
    };
    let rate_limit = match options.queue() {
        Some(_) => ours!(#rt::KnobAndQueue),
        None => knob(rate_limit.as_ref().map(|limit| limit.keyed.is_some())),
    };
    let breaker = knob(breaker.as_ref().map(|breaker| breaker.keyed.is_some()));
    let bulkhead = knob(bulkhead.as_ref().map(|_| false));
    ours!(#rt::ProtectedHandle::<#rate_limit, #bulkhead, #breaker>)
}

/// What stands for a stage in the handles, its name at that place.
pub(super) fn handle_at(stage: &Stage, place: Span) -> Option<TokenStream> {
    let mut name = sayable(&stage.name);
    name.set_span(place);
    match &stage.kind {
        StageKind::Handler(_) | StageKind::Generator(_) | StageKind::Input(_) => {
            Some(ours!(handles.__stages.#name))
        }
        StageKind::Output(_) => Some(ours!(handles.#name)),
        _ => None,
    }
}

/// What the code that puts a run together begins with.
pub(super) fn opening(emitter: &Emitter) -> TokenStream {
    let mut opening = runtime(emitter);
    opening.extend(parameters(emitter));
    opening
}

/// How generated functions name the runtime.
fn runtime(emitter: &Emitter) -> TokenStream {
    let krate = &emitter.graph.pipeline.krate;
    ours!(use #krate::__private as __rt;)
}

/// `impl Wired`, with the code that puts a run together, and `impl Through` for what can be a stage.
pub(super) fn implement(emitter: &Emitter, assemble: TokenStream) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, &emitter.graph.pipeline.krate);
    let (name, rt) = (sayable(&pipeline.name), ours!(#krate::__private));
    let label = plain(&pipeline.name);
    let Names { handles, stages } = Names::of(emitter);
    let (impls, types, wheres) = pipeline.generics.split_for_impl();
    let bounds = bounds(emitter, wheres);
    let (runtime, topology) = (runtime(emitter), topology::emit(emitter));
    let all = || emitter.graph.stages.iter();
    let ends = all().filter_map(|stage| {
        let (name, _) = end(stage, &rt)?;
        let is_input = matches!(stage.kind, StageKind::Input(_));
        Some(if is_input {
            ours!(#name: __rt::Input::closed(),)
        } else {
            ours!(#name: __rt::Output::closed(),)
        })
    });
    let field = |stage: &Stage| {
        let (name, ty) = (sayable(&stage.name), stage_handle(stage, &ours!(__rt))?);
        Some(ours!(#name: #ty::idle(),))
    };
    let fields = in_place(|| all().filter_map(field).collect());
    let marker = marker(emitter).map(|_| ours!(__types: __rt::std::marker::PhantomData,));
    let through = through(emitter, &rt, &bounds);
    let assemble = braced(assemble);
    ours!(
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, unused_braces, unused_variables)]
        impl #impls #rt::Wired for #name #types #bounds {
            const NAME: &'static #rt::core::primitive::str = #label;
            const TOPOLOGY: #rt::Topology = {
                #runtime
                #topology
            };
            type Handles = #handles #types;
            type Stages = #stages;

            fn handles() -> #handles #types {
                #runtime
                #handles { #(#ends)* __stages: #stages { #fields }, #marker }
            }

            fn stages(handles: &#handles #types) -> &#stages {
                &handles.__stages
            }

            fn assemble(this: &#rt::Arc<Self>, run: &mut #rt::Assembly, handles: &#handles #types)
            where
                for<'__any> Self: #rt::Send + #rt::Sync,
                #assemble
        }

        #through
    )
}

fn through(emitter: &Emitter, rt: &TokenStream, bounds: &TokenStream) -> TokenStream {
    let stages = &emitter.graph.stages;
    let inputs: Vec<_> = stages
        .iter()
        .filter(|stage| matches!(stage.kind, StageKind::Input(_)))
        .collect();
    let outputs: Vec<_> = stages
        .iter()
        .filter(|stage| matches!(stage.kind, StageKind::Output(_)))
        .collect();
    let ([input], [output]) = (&inputs[..], &outputs[..]) else {
        return TokenStream::new();
    };
    let (StageKind::Input(takes), StageKind::Output(gives)) = (&input.kind, &output.kind) else {
        return TokenStream::new();
    };
    let (way_in, way_out) = (sayable(&input.name), sayable(&output.name));
    let pipeline = emitter.graph.pipeline;
    let name = sayable(&pipeline.name);
    let (impls, types, _) = pipeline.generics.split_for_impl();
    ours!(
        #[automatically_derived]
        impl #impls #rt::Through<#takes, #gives> for #name #types #bounds {
            fn ends(handles: &Self::Handles) -> (&#rt::Input<#takes>, &#rt::Output<#gives>) {
                (&handles.#way_in, &handles.#way_out)
            }
        }
    )
}
