//! What a call gives, from the function's own words to those of the runtime.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::message;
use super::returns::{Returns, Shape};
use super::syntax::Source;

impl Returns {
    pub(super) fn out(&self, private: &TokenStream) -> TokenStream {
        self.out
            .as_ref()
            .map_or_else(|| quote! { #private::Nothing }, |out| quote! { #out })
    }

    pub(super) fn err(&self, private: &TokenStream) -> TokenStream {
        self.err
            .as_ref()
            .map_or_else(|| quote! { #private::Infallible }, |err| quote! { #err })
    }

    /// What a call gives, as outputs.
    pub(super) fn outputs(&self, call: &TokenStream, private: &TokenStream) -> TokenStream {
        let wrapped = |value: &TokenStream| match self.shape {
            Shape::Nothing => quote! { #private::Maybe(#private::None) },
            Shape::One => quote! { #private::Maybe(#private::Some(#value)) },
            Shape::Optional => quote! { #private::Maybe(#value) },
            Shape::Many { source, each } => many(source, each, value, private),
        };
        self.result(call, wrapped, private)
    }

    /// From what the future of a call gives to its one output.
    pub(super) fn map(&self, private: &TokenStream) -> TokenStream {
        if self.shape == Shape::Nothing && !self.fallible {
            return quote! { |()| #private::Ok(#private::Maybe(#private::None)) };
        }
        let outputs = self.outputs(&quote!(__gave), private);
        quote! { |__gave| #outputs }
    }

    /// What a plain call gives.
    pub(super) fn at_once(&self, call: &TokenStream, private: &TokenStream) -> TokenStream {
        let wrapped = |value: &TokenStream| match self.shape {
            Shape::Nothing => quote! { #private::None },
            Shape::One => quote! { #private::Some(#value) },
            Shape::Optional | Shape::Many { .. } => value.clone(),
        };
        self.result(call, wrapped, private)
    }

    fn result(
        &self,
        call: &TokenStream,
        wrapped: impl Fn(&TokenStream) -> TokenStream,
        private: &TokenStream,
    ) -> TokenStream {
        let nothing = self.shape == Shape::Nothing;
        let pattern = if nothing { quote!(()) } else { quote!(__gave) };
        match (self.fallible, nothing) {
            (true, _) => {
                let wrapped = wrapped(&quote!(__gave));
                quote! { #private::Result::map(#call, |#pattern| #wrapped) }
            }
            (false, true) => {
                let wrapped = wrapped(&pattern);
                quote! { #call; #private::Ok(#wrapped) }
            }
            (false, false) => {
                let wrapped = wrapped(call);
                quote! { #private::Ok(#wrapped) }
            }
        }
    }

    /// Looks through what may be an alias, once types are known.
    pub(super) fn emit_probe(&self, attribute: &str, private: &TokenStream) -> Option<TokenStream> {
        let ty = self.probe.as_ref()?;
        let private = &respan(private, ty.span());
        let inside = self.shape == Shape::Optional || (self.fallible && self.shape == Shape::One);
        let sentence = if inside {
            message::result_as_item()
        } else {
            message::hidden_result(attribute)
        };
        let option = (attribute == "handler" && self.shape == Shape::One).then(|| {
            let sentence = message::hidden_option(self.fallible);
            quote_spanned! { ty.span() => #private::std::assert!(!#private::Alias::<#ty>::OPTION, #sentence); }
        });
        Some(quote_spanned! { ty.span() =>
            const _: () = {
                #[allow(unused_imports)]
                use #private::Unaliased as _;
                #private::std::assert!(!#private::Alias::<#ty>::RESULT, #sentence);
                #option
            };
        })
    }
}

/// A path that leads to where the user wrote something: a failing assertion is shown where its first token is.
fn respan(path: &TokenStream, span: Span) -> TokenStream {
    let at = |mut tree: TokenTree| {
        tree.set_span(span);
        tree
    };
    path.clone().into_iter().map(at).collect()
}

/// The items of an iterator or a stream, as outputs.
pub(super) fn many(
    source: Source,
    each: bool,
    value: &TokenStream,
    private: &TokenStream,
) -> TokenStream {
    match (source, each) {
        (Source::Iterator, false) => quote! { #private::Iterated::new(#value) },
        (Source::Iterator, true) => quote! { #private::TryIterated::new(#value) },
        (Source::Iterable, false) => {
            quote! { #private::Iterated::new(#private::std::iter::IntoIterator::into_iter(#value)) }
        }
        (Source::Iterable, true) => {
            quote! { #private::TryIterated::new(#private::std::iter::IntoIterator::into_iter(#value)) }
        }
        (Source::Stream, false) => quote! { #private::Streamed { stream: #value } },
        (Source::Stream, true) => quote! { #private::TryStreamed { stream: #value } },
    }
}
