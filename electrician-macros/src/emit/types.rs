//! The pipeline's own type, its handles, and the traits that make it run.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};
use syn::spanned::Spanned;

use super::{Emitter, topology};
use crate::graph::{Stage, StageKind, mermaid};

/// The struct, `new`, `start` and `TOPOLOGY`; the handles.
pub(super) fn emit(emitter: &Emitter) -> TokenStream {
    let own = own(emitter);
    let handles = handles(emitter);
    ours!(#own #handles)
}

fn own(emitter: &Emitter) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, emitter.krate);
    let (attrs, vis, name) = (&pipeline.attrs, &pipeline.vis, &pipeline.name);
    let (generics, (impls, types, wheres)) = (&pipeline.generics, pipeline.generics.split_for_impl());
    let (fields, field_types): (Vec<_>, Vec<_>) = pipeline.params.iter().map(|param| (&param.name, &param.ty)).unzip();
    let phantom = phantom(emitter);
    let drawing = format!("\n```mermaid\n{}```", mermaid(emitter.graph));
    let definition = match (&fields[..], &phantom) {
        ([], None) => ours!(#vis struct #name;),
        _ => {
            let marker = phantom.as_ref().map(|phantom| ours!(__types: #phantom,));
            let docs = fields.iter().map(|field| format!("The parameter `{field}`."));
            ours!(#vis struct #name #generics #wheres { #(#[doc = #docs] #vis #fields: #field_types,)* #marker })
        }
    };
    let value = match (&fields[..], &phantom) {
        ([], None) => ours!(Self),
        _ => {
            let marker = phantom.map(|_| ours!(__types: #krate::__private::std::marker::PhantomData,));
            ours!(Self { #(#fields,)* #marker })
        }
    };
    let bounds = bounds(emitter, wheres);
    let rt = ours!(#krate::__private);
    ours!(
        #(#attrs)*
        #[doc = #drawing]
        #definition

        #[allow(clippy::all, clippy::pedantic)]
        impl #impls #name #types #wheres {
            /// A pipeline with these parameters, ready to start.
            #[allow(clippy::too_many_arguments)]
            #vis fn new(#(#fields: #field_types),*) -> Self {
                #value
            }
        }

        #[allow(clippy::all, clippy::pedantic)]
        impl #impls #name #types #bounds {
            /// The graph: stages, ports, edges, islands, capacities.
            #[allow(dead_code)]
            #vis const TOPOLOGY: #rt::Topology = <Self as #rt::Pipeline>::TOPOLOGY;

            /// Starts the pipeline.
            ///
            /// # Errors
            /// When an option has a value that it cannot have, with the stage and the option, or outside of a tokio runtime.
            #vis fn start(self) -> #rt::Result<#rt::Running<Self>, #rt::Error> {
                #rt::Running::start(self)
            }
        }
    )
}

/// What keeps type parameters alive that no parameter of the pipeline names.
fn phantom(emitter: &Emitter) -> Option<TokenStream> {
    let generics = &emitter.graph.pipeline.generics;
    let krate = emitter.krate;
    let types: Vec<_> = generics.type_params().map(|param| &param.ident).collect();
    let named = |ty: &&&Ident| {
        emitter.graph.pipeline.params.iter().any(|param| mentions(param.ty.to_token_stream(), ty))
    };
    let unnamed: Vec<_> = types.iter().filter(|ty| !named(ty)).collect();
    (!unnamed.is_empty()).then(|| ours!(#krate::__private::std::marker::PhantomData<fn() -> (#(#unnamed,)*)>))
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    use proc_macro2::TokenTree;
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Ident(word) => word == *name,
        TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// The user's bounds, and those that every parameter of a pipeline has.
fn bounds(emitter: &Emitter, wheres: Option<&syn::WhereClause>) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, emitter.krate);
    let rt = ours!(#krate::__private);
    let predicates = wheres.map(|wheres| {
        let predicates = wheres.predicates.iter();
        ours!(#(#predicates,)*)
    });
    let generics = pipeline.generics.type_params().map(|param| {
        let ty = &param.ident;
        ours!(#ty: #rt::Send + 'static,)
    });
    let params = pipeline.params.iter().map(|param| {
        let ty = &param.ty;
        ours_at!(ty.span() => #ty: #rt::Send + #rt::Sync + 'static,)
    });
    ours!(where #predicates #(#generics)* #(#params)*)
}

fn handles(emitter: &Emitter) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, emitter.krate);
    let (vis, rt) = (&pipeline.vis, ours!(#krate::__private));
    let Names { handles, stages } = Names::of(emitter);
    let (generics, wheres) = (&pipeline.generics, &pipeline.generics.where_clause);
    let marker = marker(emitter);
    let ends = emitter.graph.stages.iter().filter_map(|stage| {
        let (name, ty) = end(stage, &rt)?;
        let doc = format!("The `{}` of the pipeline.", name);
        Some(ours!(#[doc = #doc] #vis #name: #ty,))
    });
    let fields = emitter.graph.stages.iter().filter_map(|stage| {
        let (name, ty) = (&stage.name, stage_handle(stage, &rt)?);
        let doc = format!("The stage `{}`.", stage.label);
        Some(ours!(#[doc = #doc] #vis #name: #ty,))
    });
    let docs = [
        format!("The inputs and outputs of a running `{}`, and its stages.", pipeline.name),
        format!("The stages of a running `{}`: their counters and their knobs.", pipeline.name),
    ];
    let [handles_doc, stages_doc] = docs;
    ours!(
        #[doc = #handles_doc]
        #[allow(dead_code)]
        #vis struct #handles #generics #wheres { #(#ends)* stages: #stages, #marker }

        #[doc = #stages_doc]
        #[allow(dead_code)]
        #vis struct #stages { #(#fields)* }
    )
}

/// A field that names all the type parameters.
fn marker(emitter: &Emitter) -> Option<TokenStream> {
    let krate = emitter.krate;
    let types: Vec<_> = emitter.graph.pipeline.generics.type_params().map(|param| &param.ident).collect();
    (!types.is_empty()).then(|| ours!(__types: #krate::__private::std::marker::PhantomData<fn() -> (#(#types,)*)>,))
}

struct Names {
    handles: Ident,
    stages: Ident,
}

impl Names {
    fn of(emitter: &Emitter) -> Self {
        let name = crate::ast::plain(&emitter.graph.pipeline.name);
        let span = emitter.graph.pipeline.name.span();
        Self { handles: format_ident!("{name}Handles", span = span), stages: format_ident!("{name}Stages", span = span) }
    }
}

/// A field of the handles: an input or an output.
fn end<'s>(stage: &'s Stage, rt: &TokenStream) -> Option<(&'s Ident, TokenStream)> {
    match &stage.kind {
        StageKind::Input(ty) => Some((&stage.name, ours!(#rt::Input<#ty>))),
        StageKind::Output(ty) => Some((&stage.name, ours!(#rt::Output<#ty>))),
        _ => None,
    }
}

/// The type of a stage's handle.
fn stage_handle(stage: &Stage, rt: &TokenStream) -> Option<TokenStream> {
    match &stage.kind {
        StageKind::Handler(_) if stage.options.breaker.is_some() => Some(ours!(#rt::BreakerHandle)),
        StageKind::Generator(_) | StageKind::Handler(_) | StageKind::Input(_) => Some(ours!(#rt::StageHandle)),
        _ => None,
    }
}

/// `impl Pipeline`, with the code that puts a run together, and `impl Through` for what can be a stage.
pub(super) fn implement(emitter: &Emitter, assemble: &TokenStream) -> TokenStream {
    let (pipeline, krate) = (emitter.graph.pipeline, emitter.krate);
    let (name, rt) = (&pipeline.name, ours!(#krate::__private));
    let label = crate::ast::plain(name);
    let Names { handles, stages } = Names::of(emitter);
    let (impls, types, wheres) = pipeline.generics.split_for_impl();
    let bounds = bounds(emitter, wheres);
    let topology = topology::emit(emitter, &rt);
    let ends = emitter.graph.stages.iter().filter_map(|stage| {
        let (name, _) = end(stage, &rt)?;
        let ty = match stage.kind {
            StageKind::Input(_) => ours!(Input),
            _ => ours!(Output),
        };
        Some(ours!(#name: #rt::#ty::closed(),))
    });
    let fields = emitter.graph.stages.iter().filter_map(|stage| {
        let (name, ty) = (&stage.name, stage_handle(stage, &rt)?);
        Some(ours!(#name: #ty::idle(),))
    });
    let marker = marker(emitter).map(|_| ours!(__types: #rt::std::marker::PhantomData,));
    let through = through(emitter, &rt, &bounds);
    ours!(
        #[automatically_derived]
        #[allow(clippy::all, clippy::pedantic, unused_variables, unused_mut, unused_labels, unreachable_code, unreachable_patterns)]
        impl #impls #rt::Pipeline for #name #types #bounds {
            const NAME: &'static #rt::core::primitive::str = #label;
            const TOPOLOGY: #rt::Topology = #topology;
            type Handles = #handles #types;
            type Stages = #stages;

            fn handles() -> #handles #types {
                #handles { #(#ends)* stages: #stages { #(#fields)* }, #marker }
            }

            fn stages(handles: &#handles #types) -> &#stages {
                &handles.stages
            }

            fn assemble(this: &#rt::Arc<Self>, run: &mut #rt::Assembly, handles: &#handles #types) {
                use #krate::__private as __rt;
                #assemble
            }
        }

        #through
    )
}

fn through(emitter: &Emitter, rt: &TokenStream, bounds: &TokenStream) -> TokenStream {
    let stages = &emitter.graph.stages;
    let inputs: Vec<_> = stages.iter().filter(|stage| matches!(stage.kind, StageKind::Input(_))).collect();
    let outputs: Vec<_> = stages.iter().filter(|stage| matches!(stage.kind, StageKind::Output(_))).collect();
    let ([input], [output]) = (&inputs[..], &outputs[..]) else { return TokenStream::new() };
    let (StageKind::Input(takes), StageKind::Output(gives)) = (&input.kind, &output.kind) else {
        return TokenStream::new();
    };
    let (way_in, way_out) = (&input.name, &output.name);
    let pipeline = emitter.graph.pipeline;
    let name = &pipeline.name;
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
