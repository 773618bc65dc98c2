//! The parameters behind the item come in; what each asks of the pipeline's argument, and how it is passed, goes out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Index, Type};

use super::lifetimes::{erased, open};
use super::message;
use super::syntax::{bare, named, opaque, shown_at};
use crate::diagnostics::Diagnostics;

/// One parameter behind the item.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) kind: Kind,
    /// The type that the argument borrows as, or makes.
    pub(super) ty: Type,
    /// Whether nothing else says what the generics in `ty` are: the argument's own type does.
    pub(super) exact: bool,
    index: usize,
    span: Span,
}

/// How a function takes an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `&A`
    Shared,
    /// `A`, a clone for each call.
    Cloned,
    /// `&mut A`
    Own,
    /// `A`, moved into the one call.
    Moved,
}

/// Reads the type of a parameter; `by_value` is how it is passed where it is no reference.
pub(super) fn read(
    index: usize,
    ty: &Type,
    by_value: Kind,
    lent: &[String],
    diag: &mut Diagnostics,
) -> Option<Argument> {
    let ty = bare(ty);
    if let Some(opaque) = opaque(ty) {
        diag.report(opaque.span(), message::opaque_argument());
        return None;
    }
    let (kind, inner) = match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            (Kind::Own, bare(&reference.elem))
        }
        Type::Reference(reference)
            if reference
                .lifetime
                .as_ref()
                .is_none_or(|name| name.ident != "static") =>
        {
            (Kind::Shared, bare(&reference.elem))
        }
        other => (by_value, other),
    };
    if kind == Kind::Own {
        if matches!(inner, Type::Slice(_) | Type::TraitObject(_)) || named(inner, "str").is_some() {
            diag.report(inner.span(), message::unsized_state());
            return None;
        }
        let borrowed =
            |name: &Option<String>| name.as_ref().is_some_and(|name| lent.contains(name));
        if let Some(open) = open(inner).into_iter().find(|open| borrowed(&open.name)) {
            diag.report(open.span, message::borrowed_state());
            return None;
        }
    }
    Some(Argument {
        kind,
        ty: erased(inner),
        exact: false,
        index,
        span: ty.span(),
    })
}

/// The lifetimes of the references that a call is given.
pub(super) fn lent<'t>(types: impl IntoIterator<Item = &'t Type>) -> Vec<String> {
    let references = types.into_iter().filter_map(|ty| match bare(ty) {
        Type::Reference(reference) => reference.lifetime.as_ref(),
        _ => None,
    });
    references
        .map(|lifetime| lifetime.ident.to_string())
        .filter(|name| name != "static")
        .collect()
}

impl Argument {
    /// The generic parameter of the implementation that stands for the pipeline's argument.
    pub(super) fn param(&self) -> Ident {
        format_ident!("__A{}", self.index)
    }

    fn field(&self) -> Index {
        Index::from(self.index)
    }

    fn is_lent(&self) -> bool {
        matches!(self.kind, Kind::Shared | Kind::Cloned)
    }

    /// What the argument has to be.
    pub(super) fn bounds(&self, private: &TokenStream) -> TokenStream {
        let (param, ty, span) = (self.param(), &self.ty, shown_at(self.span));
        if self.is_lent() {
            let exact = self
                .exact
                .then(|| quote! { + #private::std::ops::Deref<Target = #ty> });
            let clone =
                (self.exact && self.kind == Kind::Cloned).then(|| quote! { #ty: #private::Clone, });
            quote_spanned! { span =>
                #param: #private::Shared,
                <#param as #private::Shared>::Handle: #private::Lend<#ty, Part = #ty> #exact,
                #clone
            }
        } else {
            let exact = self.exact.then(|| quote! { + #private::Own<Own = #ty> });
            quote_spanned! { span =>
                #param: #private::Anew<#ty> #exact,
                for<'__any> <#param as #private::Own>::Own: #private::GoesAlong,
            }
        }
    }

    /// What it has to be where a call may keep it over a wait.
    fn kept(&self, private: &TokenStream) -> TokenStream {
        let (param, ty, span) = (self.param(), &self.ty, shown_at(self.span));
        if self.is_lent() {
            quote_spanned! { span =>
                for<'__any> <<#param as #private::Shared>::Handle as #private::Lend<#ty>>::Part: #private::Common,
            }
        } else {
            TokenStream::new()
        }
    }

    /// The type of its field in a slot. It is not named, since it may be less visible than the function.
    pub(super) fn slot_type(&self, private: &TokenStream) -> TokenStream {
        let param = self.param();
        match self.kind {
            Kind::Shared | Kind::Cloned => quote! { <#param as #private::Shared>::Handle },
            Kind::Own => quote! { <#param as #private::Own>::Own },
            Kind::Moved => quote! { #private::Option<<#param as #private::Own>::Own> },
        }
    }

    /// Fills its field in a slot.
    pub(super) fn fill(&self, private: &TokenStream) -> TokenStream {
        let (field, ty) = (self.field(), &self.ty);
        match self.kind {
            Kind::Shared | Kind::Cloned => quote! { #private::Shared::shared(&__args.#field) },
            Kind::Own => quote! { #private::Anew::<#ty>::anew(&__args.#field) },
            Kind::Moved => quote! { #private::Some(#private::Anew::<#ty>::anew(&__args.#field)) },
        }
    }

    /// Its place in a slot, lent.
    fn lend(&self, private: &TokenStream) -> TokenStream {
        let (field, ty) = (self.field(), &self.ty);
        match self.kind {
            Kind::Shared | Kind::Cloned => quote! { #private::Lend::<#ty>::lend(&__slot.#field) },
            Kind::Own | Kind::Moved => quote! { &mut __slot.#field },
        }
    }

    /// What is lent is passed to the function.
    fn pass(&self, lent: &TokenStream, private: &TokenStream) -> TokenStream {
        let (ty, span) = (&self.ty, shown_at(self.span));
        match self.kind {
            Kind::Shared | Kind::Own => lent.clone(),
            Kind::Cloned => quote_spanned! { span => <#ty as #private::Clone>::clone(#lent) },
            Kind::Moved => {
                let take = quote! { #private::Option::take(#lent) };
                quote! { #private::Option::expect(#take, "a run is opened once") }
            }
        }
    }

    /// Passes it to the one call that it is lent to.
    fn pass_once(&self, private: &TokenStream) -> TokenStream {
        self.pass(&self.lend(private), private)
    }

    /// What it is called while it is lent to many calls.
    fn lent(&self) -> Ident {
        format_ident!("__a{}", self.index)
    }

    /// Lends it to many calls.
    fn lend_out(&self, private: &TokenStream) -> TokenStream {
        let (name, lent) = (self.lent(), self.lend(private));
        quote! { let #name = #lent; }
    }

    /// Passes it to one of these calls.
    fn pass_on(&self, private: &TokenStream) -> TokenStream {
        let lent = self.lent();
        let again = (self.kind == Kind::Own).then(|| quote! { &mut * });
        self.pass(&quote! { #again #lent }, private)
    }
}

/// The parts of an implementation that concern the arguments.
pub(super) struct Arguments {
    pub(super) params: Vec<Ident>,
    pub(super) bounds: TokenStream,
    /// What is asked beside where a call may wait.
    pub(super) kept: TokenStream,
    pub(super) tuple: TokenStream,
    pub(super) slot: TokenStream,
    /// As they are passed to a call.
    pub(super) pass: Vec<TokenStream>,
    /// Lends them to many calls.
    pub(super) lend_out: TokenStream,
    /// As they are passed to each of these.
    pub(super) pass_on: Vec<TokenStream>,
}

impl Arguments {
    pub(super) fn emit(arguments: &[Argument], private: &TokenStream) -> Self {
        let each = |part: fn(&Argument, &TokenStream) -> TokenStream| {
            arguments
                .iter()
                .map(move |argument| part(argument, private))
        };
        let params: Vec<Ident> = arguments.iter().map(Argument::param).collect();
        let (types, fill) = (each(Argument::slot_type), each(Argument::fill));
        let tuple = quote! { (#(#params,)*) };
        let slot = quote! {
            type Slot = (#(#types,)*);
            fn slot(&self, __args: &#tuple) -> Self::Slot {
                (#(#fill,)*)
            }
        };
        Self {
            bounds: each(Argument::bounds).collect(),
            kept: each(Argument::kept).collect(),
            pass: each(Argument::pass_once).collect(),
            lend_out: each(Argument::lend_out).collect(),
            pass_on: each(Argument::pass_on).collect(),
            params,
            tuple,
            slot,
        }
    }
}
