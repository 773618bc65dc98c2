//! The signature of a generator comes in; its implementation of `Generator` goes out.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{PathSegment, ReturnType, Type, parse_quote, parse_quote_spanned};

use super::argument::{self, Argument, Arguments, Kind};
use super::generics::{Carried, Declared};
use super::message;
use super::options::Options;
use super::outputs::many;
use super::returns::{Reader, Returns, Shape, Split};
use super::signature::Function;
use super::syntax::{self, bare, is_unit, named};
use crate::diagnostics::Diagnostics;

/// How a generator produces items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// It gives an iterator or a stream.
    Pulled,
    /// It sends through its outlet.
    Pushed,
    /// It is asked once a period, of so many nanoseconds.
    Polled(u64),
}

/// Implements `Generator` for the type of the function's name.
pub(super) fn implement(
    function: &Function,
    options: &Options,
    diag: &mut Diagnostics,
) -> Option<TokenStream> {
    let outlets: Vec<&PathSegment> = function
        .parameters()
        .filter_map(|parameter| outlet(&parameter.ty))
        .collect();
    let form = match (options.every, outlets.first()) {
        (Some(nanos), None) => Form::Polled(nanos),
        (None, Some(_)) => Form::Pushed,
        (None, None) => Form::Pulled,
        (Some(_), Some(outlet)) => {
            diag.report(outlet.span(), message::outlet_and_every());
            return None;
        }
    };
    for outlet in outlets.iter().skip(1) {
        diag.report(outlet.span(), message::two_outlets());
    }
    let lent = argument::lent(function.parameters().map(|parameter| &*parameter.ty));
    let mut reader = Reader {
        options,
        attribute: "generator",
        lent: lent.clone(),
        diag,
    };
    let returns = match form {
        Form::Pulled => pulled(function, &mut reader),
        Form::Pushed => pushed(function, outlets[0], &mut reader),
        Form::Polled(_) => polled(function, &mut reader),
    };
    let by_value = if matches!(form, Form::Polled(_)) {
        Kind::Cloned
    } else {
        Kind::Moved
    };
    let mut passed = Vec::new();
    let mut arguments = Vec::new();
    for parameter in function.parameters() {
        let ty = bare(&parameter.ty);
        if outlet(ty).is_some() {
            if matches!(ty, Type::Reference(_)) {
                diag.report(ty.span(), message::borrowed_outlet());
            }
            passed.push(None);
        } else if let Some(argument) = argument::read(arguments.len(), ty, by_value, &lent, diag) {
            passed.push(Some(arguments.len()));
            arguments.push(argument);
        }
    }
    let returns = returns?;
    let generics = Carried::of(&function.sig.generics);
    let items: Vec<&Type> = returns.out.iter().chain(&returns.err).collect();
    generics.determine(&items, &mut arguments, diag);
    diag.is_empty().then(|| {
        Generator {
            function,
            options,
            form,
            returns,
            generics,
            arguments,
            passed,
        }
        .emit()
    })
}

/// The outlet that a parameter is, or lends.
fn outlet(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Reference(reference) => named(&reference.elem, "Outlet"),
        owned => named(owned, "Outlet"),
    }
}

/// `-> impl Iterator<Item = T>`, `-> impl Stream<Item = T>`
fn pulled(function: &Function, reader: &mut Reader) -> Option<Returns> {
    let sig = &function.sig;
    if let Some(asyncness) = sig.asyncness {
        reader
            .diag
            .report(asyncness.span(), message::async_source());
        return None;
    }
    let returns = reader.read(sig)?;
    match returns.shape {
        _ if returns.fallible => reader.diag.report(returns.span, message::fallible_source()),
        Shape::Many { .. } => return Some(returns),
        Shape::Nothing if matches!(sig.output, ReturnType::Default) => {
            reader
                .diag
                .report(sig.ident.span(), message::not_a_source());
        }
        _ => reader.diag.report(returns.span, message::not_a_source()),
    }
    None
}

/// `async fn(…, Outlet<T>) -> Result<(), E>`, or `-> ()`
fn pushed(function: &Function, outlet: &PathSegment, reader: &mut Reader) -> Option<Returns> {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        reader
            .diag
            .report(sig.fn_token.span, message::sync_outlet());
    }
    let out = if let Some(item) = syntax::types(outlet).first() {
        reader.kept(item)
    } else {
        reader
            .diag
            .report(outlet.span(), message::nameless_outlet());
        None
    };
    let unit = parse_quote_spanned!(sig.ident.span() => ());
    let ty = match &sig.output {
        ReturnType::Default => &unit,
        ReturnType::Type(_, ty) => bare(ty),
    };
    let (fallible, err) = match reader.split(ty) {
        _ if is_unit(ty) => (false, None),
        Some(Split { ok, err, hidden }) if is_unit(&ok) || hidden => {
            (true, Some(reader.kept(&err)?))
        }
        _ => {
            reader.diag.report(ty.span(), message::pushed_return());
            return None;
        }
    };
    Some(Returns {
        shape: Shape::Nothing,
        fallible,
        out: Some(out?),
        err,
        probe: None,
        span: ty.span(),
    })
}

/// `-> Option<T>`, `-> Result<Option<T>, E>`, `-> Work<T>`, `-> Work<T, E>`
fn polled(function: &Function, reader: &mut Reader) -> Option<Returns> {
    let ReturnType::Type(_, ty) = &function.sig.output else {
        reader
            .diag
            .report(function.sig.ident.span(), message::polled_return());
        return None;
    };
    let ty = bare(ty);
    let returns = |out, err| Returns {
        shape: Shape::Optional,
        fallible: false,
        out,
        err,
        probe: None,
        span: ty.span(),
    };
    if let Some(work) = named(ty, "Work") {
        return match syntax::types(work)[..] {
            [item] => Some(returns(Some(reader.kept(item)?), None)),
            [item, err] => {
                let (item, err) = (reader.kept(item), reader.kept(err));
                Some(returns(Some(item?), Some(err?)))
            }
            _ => {
                reader.diag.report(ty.span(), message::polled_return());
                None
            }
        };
    }
    if matches!(ty, Type::ImplTrait(_)) || is_unit(ty) {
        reader.diag.report(ty.span(), message::polled_return());
        return None;
    }
    let read = reader.read(&function.sig)?;
    let hidden = read.fallible && read.shape == Shape::One && reader.options.fallible;
    if hidden {
        // an alias of `Result<Option<T>, E>`: the item is that of the option inside
        let krate = &reader.options.krate;
        let inside = read.out;
        let item: Type =
            parse_quote!(<#inside as #krate::__private::std::iter::IntoIterator>::Item);
        return Some(returns(Some(item), read.err));
    }
    if read.shape != Shape::Optional {
        reader.diag.report(ty.span(), message::polled_return());
        return None;
    }
    Some(returns(read.out, read.err))
}

/// Everything that an implementation is made of.
struct Generator<'f> {
    function: &'f Function,
    options: &'f Options,
    form: Form,
    returns: Returns,
    generics: Carried,
    arguments: Vec<Argument>,
    /// For each parameter its argument, or nothing for the outlet.
    passed: Vec<Option<usize>>,
}

impl Generator<'_> {
    fn emit(&self) -> TokenStream {
        let private = self.options.private();
        let name = &self.function.sig.ident;
        let Declared { params, predicates } =
            self.generics.declare(None, &self.arguments, &private);
        let Arguments {
            params: argument_params,
            bounds,
            tuple,
            slot,
            pass,
            ..
        } = Arguments::emit(&self.arguments, &private);
        let (out, err) = (self.returns.out(&private), self.returns.err(&private));
        let (blocking, pushes) = (self.options.blocking, self.form != Form::Pulled);
        let body = self.open(&self.invoke(&pass), &private);
        let probe = if self.generics.is_empty() {
            self.returns.emit_probe("generator", &private)
        } else {
            None
        };
        quote! {
            #[automatically_derived]
            #[allow(clippy::all, clippy::pedantic, clippy::nursery, deprecated, unreachable_code, private_bounds, private_interfaces)]
            impl<#(#argument_params,)* #(#params),*> #private::Generator<#out, #err, #tuple> for #name
            where
                #bounds
                #(#predicates,)*
            {
                const BLOCKING: #private::std::primitive::bool = #blocking;
                const PUSHES: #private::std::primitive::bool = #pushes;
                #slot
                fn open(
                    __slot: &mut Self::Slot,
                    __outlet: #private::Outlet<#out>,
                ) -> impl #private::Outputs<#out, #err> + #private::Send
                where
                    for<'__any> #out: #private::Send,
                {
                    #body
                }
            }
            #probe
        }
    }

    /// The call of the user's function, awaited where it is async.
    fn invoke(&self, pass: &[TokenStream]) -> TokenStream {
        let name = &self.function.sig.ident;
        let turbofish = self.generics.turbofish();
        let outlet = quote! { __outlet };
        let arguments = self
            .passed
            .iter()
            .map(|argument| argument.map_or(&outlet, |index| &pass[index]));
        let wait = self.function.sig.asyncness.map(|_| quote! { .await });
        quote_spanned! { name.span() => #name #turbofish (#(#arguments),*) #wait }
    }

    fn open(&self, call: &TokenStream, private: &TokenStream) -> TokenStream {
        let (out, err) = (self.returns.out(private), self.returns.err(private));
        match (self.form, self.returns.shape) {
            (Form::Pushed, _) => {
                let body = if self.returns.fallible {
                    call.clone()
                } else {
                    quote! { #call; #private::Ok(()) }
                };
                quote! { #private::Pushed::<#out, #err, _>::new(&__outlet, |__outlet| async move { #body }) }
            }
            (Form::Polled(nanos), _) => {
                let nanos = Literal::u64_unsuffixed(nanos);
                quote! {
                const PERIOD: #private::Duration = #private::Duration::from_nanos(#nanos);
                #private::Polls::<#out, #err, _>::every(PERIOD, &__outlet, |mut __ticks| async move {
                    loop {
                        __ticks.tick().await;
                        let __found = #call;
                        if !__ticks.found(__found).await {
                            return #private::Ok(());
                        }
                    }
                })
                }
            }
            (Form::Pulled, Shape::Many { source, each }) => many(source, each, call, private),
            (Form::Pulled, _) => quote! {},
        }
    }
}
