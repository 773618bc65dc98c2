//! What the user wrote between the braces of `pipeline!`, and nothing that follows from it.

mod chain;
mod context;
mod cursor;
mod declaration;
mod edge_options;
mod fragments;
mod header;
mod operators;
mod option;
mod parse;
mod rate_limit;
mod resilience;
mod route;
mod stage_options;
mod value;
mod words;

use proc_macro2::{Ident, Span, TokenStream};

pub(crate) use edge_options::{EdgeOptions, Overflow};
pub(crate) use fragments::{Fragment, fragments};
pub(crate) use operators::{Class, OPERATORS, operator};
pub(crate) use parse::parse;
pub(crate) use rate_limit::WhenLimited;
pub(crate) use resilience::{HedgeDelay, OnPanic, WhenOpen};
pub(crate) use stage_options::{OnError, StageOptions};
pub(crate) use value::{Literal, Value, show};
pub(crate) use words::Words;

/// A whole macro input: one pipeline or several.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) pipelines: Vec<Pipeline>,
    /// The tokens of those whose name could not be read.
    pub(crate) nameless: Vec<TokenStream>,
}

/// `pub Name<T>(param: Type) where … { … }`
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) attrs: Vec<syn::Attribute>,
    pub(crate) vis: syn::Visibility,
    pub(crate) name: Ident,
    /// Includes the `where` clause.
    pub(crate) generics: syn::Generics,
    pub(crate) params: Vec<Param>,
    /// `#![inspect]` stands in the braces, or at the top of the block.
    pub(crate) inspect: bool,
    /// The warnings that `#![allow(…)]` names.
    pub(crate) allowed: Vec<String>,
    /// What `#![crate_path = some::path]` says, or `::electrician`.
    pub(crate) krate: syn::Path,
    /// What `defaults { … }` says.
    pub(crate) defaults: StageOptions,
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) statements: Vec<Statement>,
    /// Statements that could not be read; the names in them are given the benefit of the doubt.
    pub(crate) broken: Vec<TokenStream>,
    /// Every word that stands in an expression of the pipeline.
    pub(crate) words: Words,
    pub(crate) span: Span,
    /// The whole of it, as it is written.
    pub(crate) source: TokenStream,
}

/// `name: Type` in a pipeline's header.
#[derive(Debug)]
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: syn::Type,
}

/// `handler name = path(args) { options }`, and its siblings.
#[derive(Debug)]
pub(crate) struct Declaration {
    /// Its doc comments.
    pub(crate) attrs: Vec<syn::Attribute>,
    pub(crate) kind: DeclKind,
    pub(crate) name: Ident,
    pub(crate) options: StageOptions,
    /// The whole statement, for headings.
    pub(crate) text: TokenStream,
}

/// What a declaration declares.
#[derive(Debug)]
pub(crate) enum DeclKind {
    Generator(Callee),
    Handler(Callee),
    Pipeline(Callee),
    Input(syn::Type),
    Output(syn::Type),
}

/// What a stage calls.
#[derive(Debug)]
pub(crate) enum Callee {
    Function {
        path: syn::Path,
        args: Vec<syn::Expr>,
    },
    Closure(syn::ExprClosure),
}

/// `a -> b -> c with { … }`
#[derive(Debug)]
pub(crate) struct Statement {
    /// At least two links.
    pub(crate) chain: Vec<Link>,
    /// The options of the last arrow.
    pub(crate) edge: EdgeOptions,
    /// Whether what follows could not be read.
    pub(crate) breaks_off: bool,
    /// The whole statement, for headings.
    pub(crate) text: TokenStream,
}

/// A node, and the arrow that leads to it.
#[derive(Debug)]
pub(crate) struct Link {
    /// `None` for the first node of a chain.
    pub(crate) arrow: Option<Span>,
    pub(crate) node: Node,
}

/// What can stand at the ends of an arrow.
#[derive(Debug)]
pub(crate) enum Node {
    Name(Place),
    Group {
        kind: GroupKind,
        members: Vec<Place>,
        span: Span,
    },
    Match {
        arms: Vec<Arm>,
        span: Span,
    },
    Discard(Span),
    Operator {
        name: Ident,
        args: Vec<Value>,
        span: Span,
    },
}

/// `stage` or `stage.port`
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) name: Ident,
    pub(crate) port: Option<Ident>,
}

/// The word before a bracket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    Plain,
    Any,
    Zip,
}

/// `PATTERN if GUARD => PAYLOAD -> TARGET`
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    pub(crate) pattern: syn::Pat,
    pub(crate) guard: Option<syn::Expr>,
    pub(crate) payload: Option<syn::Expr>,
    /// The arrow before the target: `->`, or `=>` where there is no payload.
    pub(crate) arrow: Span,
    pub(crate) target: Target,
}

/// Where an arm leads.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Name(Ident),
    Discard,
}

impl Statement {
    /// The stages that its chain names, also those that are not declared.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.chain.iter().flat_map(|link| link.node.names())
    }
}

impl Node {
    fn names(&self) -> Vec<&Ident> {
        match self {
            Self::Name(place) => vec![&place.name],
            Self::Group { members, .. } => members.iter().map(|place| &place.name).collect(),
            Self::Match { arms, .. } => {
                let targets = arms.iter().map(|arm| &arm.target);
                let names = targets.filter_map(|target| match target {
                    Target::Name(name) => Some(name),
                    Target::Discard => None,
                });
                names.collect()
            }
            Self::Discard(_) | Self::Operator { .. } => Vec::new(),
        }
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Node::Name(place) => place.name.span(),
            Node::Group { span, .. }
            | Node::Match { span, .. }
            | Node::Discard(span)
            | Node::Operator { span, .. } => *span,
        }
    }
}

/// The name as it is shown: without `r#`.
pub(crate) fn plain(name: &Ident) -> String {
    let text = name.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}
