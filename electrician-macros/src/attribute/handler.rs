//! The signature of a handler comes in; its implementation of `Handler` goes out.

use std::iter;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Type, parse_quote};

use super::argument::{self, Arguments, Kind};
use super::generics::{Carried, Declared};
use super::lifetimes::erased;
use super::message;
use super::options::Options;
use super::returns::{Reader, Returns, Shape};
use super::signature::Function;
use super::syntax::{bare, last, named, opaque};
use crate::diagnostics::Diagnostics;
use crate::located::located;

/// How a handler takes its item.
#[derive(Debug)]
enum Item {
    ByValue(Type),
    ByRef(Type),
}

/// Implements `Handler` and `Takes` for the type of the function's name.
pub(super) fn implement(
    function: &Function,
    options: &Options,
    diag: &mut Diagnostics,
) -> Option<TokenStream> {
    let sig = &function.sig;
    let lent = argument::lent(function.parameters().map(|parameter| &*parameter.ty));
    let returns = Reader {
        options,
        attribute: "handler",
        lent: lent.clone(),
        diag,
    }
    .read(sig);
    let item = read_item(function, diag);
    let mut arguments = Vec::new();
    for (index, parameter) in function.parameters().skip(1).enumerate() {
        if refuse_outlet(&parameter.ty, diag) {
            continue;
        }
        arguments.extend(argument::read(
            index,
            &parameter.ty,
            Kind::Cloned,
            &lent,
            diag,
        ));
    }
    let (returns, item) = (returns?, item?);
    let mut generics = Carried::of(&sig.generics);
    let input = item.input(&mut generics, &options.private());
    let items: Vec<&Type> = input
        .generic
        .iter()
        .chain(&returns.out)
        .chain(&returns.err)
        .collect();
    generics.determine(&items, &mut arguments, diag);
    if !diag.is_empty() {
        return None;
    }
    let emitted = Arguments::emit(&arguments, &options.private());
    let declared = generics.declare(item.lent(), &arguments, &options.private());
    let handler = Handler {
        function,
        options,
        item,
        input,
        returns,
        generics,
        declared,
        arguments: emitted,
    };
    Some(handler.emit())
}

/// What the trait takes for the item of the function.
struct Input {
    /// The type that the implementation handles.
    ty: Type,
    /// Whether that is anything that borrows as the item.
    borrows: bool,
    /// The type that such an item has where nothing else says so.
    usual: Type,
    /// `usual`, where it determines generics.
    generic: Option<Type>,
}

impl Item {
    fn lent(&self) -> Option<&Type> {
        match self {
            Self::ByRef(ty) => Some(ty),
            Self::ByValue(_) => None,
        }
    }

    fn input(&self, generics: &mut Carried, private: &TokenStream) -> Input {
        match self {
            Self::ByValue(ty) => Input {
                ty: ty.clone(),
                borrows: false,
                usual: ty.clone(),
                generic: Some(ty.clone()),
            },
            Self::ByRef(ty) if generics.in_type(ty) => {
                generics.give_size_to(ty);
                let usual = usual(ty, private);
                Input {
                    ty: usual.clone(),
                    borrows: false,
                    usual: usual.clone(),
                    generic: Some(usual),
                }
            }
            Self::ByRef(ty) => Input {
                ty: parse_quote!(__Item),
                borrows: true,
                usual: usual(ty, private),
                generic: None,
            },
        }
    }
}

fn read_item(function: &Function, diag: &mut Diagnostics) -> Option<Item> {
    let Some(parameter) = function.parameters().next() else {
        diag.report(function.sig.paren_token.span.join(), message::no_item());
        return None;
    };
    let ty = bare(&parameter.ty);
    if refuse_outlet(ty, diag) {
        return None;
    }
    if let Some(opaque) = opaque(ty) {
        diag.report(opaque.span(), message::opaque_item());
        return None;
    }
    match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            diag.report(ty.span(), message::mutable_item());
            None
        }
        Type::Reference(reference)
            if reference
                .lifetime
                .as_ref()
                .is_none_or(|name| name.ident != "static") =>
        {
            Some(Item::ByRef(erased(bare(&reference.elem))))
        }
        other => Some(Item::ByValue(erased(other))),
    }
}

fn refuse_outlet(ty: &Type, diag: &mut Diagnostics) -> bool {
    let inner = match bare(ty) {
        Type::Reference(reference) => bare(&reference.elem),
        other => other,
    };
    let outlet = named(inner, "Outlet");
    if let Some(outlet) = outlet {
        diag.report(outlet.ident.span(), message::outlet_in_handler());
    }
    outlet.is_some()
}

/// The owned type that is usually borrowed as `ty`.
fn usual(ty: &Type, private: &TokenStream) -> Type {
    match bare(ty) {
        Type::Slice(slice) => {
            let element = &slice.elem;
            parse_quote!(#private::std::vec::Vec<#element>)
        }
        object @ Type::TraitObject(_) => parse_quote!(#private::std::boxed::Box<#object>),
        other => match last(other)
            .map(|segment| segment.ident.to_string())
            .as_deref()
        {
            Some("str") => parse_quote!(#private::std::string::String),
            Some("Path" | "OsStr" | "CStr") => {
                parse_quote!(<#other as #private::std::borrow::ToOwned>::Owned)
            }
            _ => other.clone(),
        },
    }
}

/// Everything that an implementation is made of.
struct Handler<'f> {
    function: &'f Function,
    options: &'f Options,
    item: Item,
    input: Input,
    returns: Returns,
    generics: Carried,
    declared: Declared,
    arguments: Arguments,
}

impl Handler<'_> {
    fn emit(&self) -> TokenStream {
        let implementation = self.implementation();
        let takes = self.takes();
        let probe = if self.generics.is_empty() {
            self.returns.emit_probe("handler", &self.options.private())
        } else {
            None
        };
        quote! { #implementation #takes #probe }
    }

    fn implementation(&self) -> TokenStream {
        let private = self.options.private();
        let name = &self.function.sig.ident;
        let Declared { params, predicates } = &self.declared;
        let Arguments {
            params: argument_params,
            bounds,
            kept,
            tuple,
            slot,
            ..
        } = &self.arguments;
        let (input, out, err) = (
            &self.input.ty,
            self.returns.out(&private),
            self.returns.err(&private),
        );
        let item = self.input.borrows.then(|| quote! { __Item, });
        // what a call makes of the item may be kept over a wait
        let keeps = self.function.sig.asyncness.is_some() || !self.is_one();
        let item_bound = self.item.lent().filter(|_| self.input.borrows).map(|ty| {
            let part = keeps.then(|| {
                quote! { for<'__any> <__Item as #private::LentAs<#ty>>::Part: #private::Lendable, }
            });
            quote! { __Item: #private::LentAs<#ty, Part = #ty> + #private::Lendable + 'static, #part }
        });
        let kept = keeps.then_some(kept);
        let (one, plain, always) = (self.is_one(), self.is_plain(), self.always_gives());
        let (blocking, mode) = (self.options.blocking, self.mode());
        let (call, plain_call) = (self.call(&private), self.plain(&private));
        quote! {
            #[automatically_derived]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery, deprecated, unreachable_code, private_bounds, private_interfaces)]
            impl<#item #(#argument_params,)* #(#params),*> #private::Handler<#input, #out, #err, #tuple> for #name
            where
                #item_bound
                #bounds
                #kept
                #(#predicates,)*
            {
                const ONE: #private::std::primitive::bool = #one;
                const PLAIN: #private::std::primitive::bool = #plain;
                const ALWAYS: #private::std::primitive::bool = #always;
                const BLOCKING: #private::std::primitive::bool = #blocking;
                type Mode = #private::#mode;
                #slot
                #call
                #plain_call
            }
        }
    }

    /// Says what the handler takes where nothing else does.
    fn takes(&self) -> TokenStream {
        let (private, name, usual) = (
            self.options.private(),
            &self.function.sig.ident,
            &self.input.usual,
        );
        let Declared { params, predicates } = self.generics.declare_for(usual);
        let predicates = (!predicates.is_empty()).then(|| quote! { where #(#predicates),* });
        let params = (!params.is_empty()).then(|| quote! { <#(#params),*> });
        let waits = self.function.sig.asyncness.map(|_| {
            quote! {
                #[automatically_derived]
                impl #private::Waits for #name {}
            }
        });
        quote! {
            #[automatically_derived]
            impl #params #private::Takes<#usual> for #name #predicates {}
            #waits
        }
    }

    /// Whether a call gives one item at most.
    fn is_one(&self) -> bool {
        !matches!(self.returns.shape, Shape::Many { .. })
    }

    /// Whether the function may be called without a future around it.
    fn is_plain(&self) -> bool {
        self.is_at_once() && !self.options.blocking
    }

    /// Whether a call gives one item at most, and never waits.
    fn is_at_once(&self) -> bool {
        !self.function.waits && self.is_one()
    }

    /// Whether every call gives an item, and none can fail.
    fn always_gives(&self) -> bool {
        self.returns.shape == Shape::One && self.returns.err.is_none()
    }

    fn mode(&self) -> TokenStream {
        match (&self.item, self.returns.shape) {
            (Item::ByRef(_), Shape::Many { each: true, .. }) => quote!(Lent),
            (Item::ByValue(_), Shape::Many { each: true, .. }) => quote!(Spent),
            (Item::ByValue(_), _) => quote!(ByValue),
            (Item::ByRef(_), _) => quote!(ByRef),
        }
    }

    fn given(&self) -> TokenStream {
        let input = &self.input.ty;
        match self.item {
            Item::ByValue(_) => quote! { #input },
            Item::ByRef(_) => quote! { &'__call #input },
        }
    }

    /// The call of the user's function, awaited where it is async.
    fn invoke(&self, private: &TokenStream) -> TokenStream {
        let call = self.called(&self.arguments.pass, private);
        let name = &self.function.sig.ident;
        let wait = self.function.sig.asyncness.map(|_| quote! { .await });
        quote_spanned! { name.span() => #call #wait }
    }

    fn called(&self, arguments: &[TokenStream], private: &TokenStream) -> TokenStream {
        let name = &self.function.sig.ident;
        let turbofish = self.generics.turbofish();
        let item = match &self.item {
            Item::ByValue(_) => quote! { __given },
            Item::ByRef(ty) => quote! { #private::std::borrow::Borrow::<#ty>::borrow(__given) },
        };
        quote_spanned! { name.span() => #name #turbofish (#item, #(#arguments),*) }
    }

    fn call(&self, private: &TokenStream) -> TokenStream {
        let (given, out, err) = (
            self.given(),
            self.returns.out(private),
            self.returns.err(private),
        );
        let outputs = quote! { #private::Result<impl #private::Outputs<#out, #err>, #err> };
        let params = quote! { __given: #given, __slot: &'__call mut Self::Slot };
        let travels = self.travels(private);
        let place = match self.function.sig.asyncness {
            Some(_) => self.function.sig.ident.span(),
            None => self.input.ty.span(),
        };
        if !self.is_one() {
            let body = self.returns.outputs(&self.invoke(private), private);
            return quote! { async fn call<'__call>(#params) -> #outputs #travels { #body } };
        }
        let future_type =
            quote! { impl #private::std::future::Future<Output = #outputs> + #private::Send };
        let future_type = located(future_type, place);
        let future = if self.function.sig.asyncness.is_some() {
            let map = self.returns.map(private);
            let call = self.called(&self.arguments.pass, private);
            located(quote! { #private::mapped(#call, #map) }, place)
        } else {
            let (input, tuple) = (&self.input.ty, &self.arguments.tuple);
            let plain = quote! { <Self as #private::Handler<#input, #out, #err, #tuple>>::plain };
            located(
                quote! { #private::at_once(move || #plain(__slot)(__given)) },
                place,
            )
        };
        quote! {
            fn call<'__call>(#params)
                -> #future_type
            #travels
            {
                #future
            }
        }
    }

    /// What a call may take for granted, since it is made for nothing else. An item that is not `Send` is told of at its arrow.
    fn travels(&self, private: &TokenStream) -> TokenStream {
        let types = iter::once(&self.input.ty).chain(&self.returns.out);
        // of a bound with a lifetime of its own the compiler does not ask whether it ever holds
        let bounds = types.map(|ty| quote! { for<'__any> #ty: #private::Send });
        quote! { where #(#bounds),* }
    }

    /// The function for a pass: what is lent to it is lent once.
    fn plain(&self, private: &TokenStream) -> Option<TokenStream> {
        if !self.is_at_once() {
            return None;
        }
        let (given, out, err) = (
            self.given(),
            self.returns.out(private),
            self.returns.err(private),
        );
        let call_lifetime = matches!(self.item, Item::ByRef(_)).then(|| quote! { for<'__call> });
        let Arguments {
            lend_out, pass_on, ..
        } = &self.arguments;
        let mut call = self.called(pass_on, private);
        if self.function.sig.asyncness.is_some() {
            call = quote! { #private::ready(#call) };
        }
        let body = self.returns.at_once(&call, private);
        Some(quote! {
            #[inline]
            fn plain(
                __slot: &mut Self::Slot,
            ) -> impl #call_lifetime #private::std::ops::FnMut(#given) -> #private::Result<#private::Option<#out>, #err> {
                #lend_out
                move |__given| { #body }
            }
        })
    }
}
