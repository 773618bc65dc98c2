//! The arguments of an attribute come in; what they say goes out.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Lit, Path, Token, parse_quote};

use super::{message, period};
use crate::diagnostics::{Diagnostics, suggest};

/// What one attribute understands.
pub(super) struct Known {
    pub(super) attribute: &'static str,
    words: &'static [&'static str],
}

pub(super) const HANDLER: Known = Known {
    attribute: "handler",
    words: &["blocking", "fallible", "item", "optional", "many", "crate"],
};

pub(super) const GENERATOR: Known = Known {
    attribute: "generator",
    words: &["blocking", "every", "fallible", "item", "many", "crate"],
};

/// What the arguments of an attribute say.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools)] // one for each word
pub(super) struct Options {
    /// The way to the runtime.
    pub(super) krate: Path,
    pub(super) blocking: bool,
    /// The type returned, or its item, is an alias that hides a `Result`.
    pub(super) fallible: bool,
    /// What looks like a `Result` or an `Option` is the item itself.
    pub(super) item: bool,
    /// The type returned is an alias of an `Option`.
    pub(super) optional: bool,
    /// The type returned is iterated.
    pub(super) many: bool,
    /// The period of a polled generator, in nanoseconds.
    pub(super) every: Option<u64>,
}

pub(super) fn parse(args: TokenStream, known: &Known, diag: &mut Diagnostics) -> Options {
    let mut options = Options {
        krate: parse_quote!(::electrician),
        blocking: false,
        fallible: false,
        item: false,
        optional: false,
        many: false,
        every: None,
    };
    let read = |input: ParseStream| read(input, known, &mut options, diag);
    if let Err(error) = read.parse2(args) {
        diag.report(
            error.span(),
            message::argument(known.attribute, &error.to_string()),
        );
    }
    options
}

fn read(
    input: ParseStream,
    known: &Known,
    options: &mut Options,
    diag: &mut Diagnostics,
) -> syn::Result<()> {
    let mut seen: Vec<Ident> = Vec::new();
    while !input.is_empty() {
        let name = input.call(Ident::parse_any)?;
        let word = name.to_string();
        if seen.contains(&name) {
            diag.report(name.span(), message::twice(&word));
        }
        if known.words.contains(&word.as_str()) {
            set(&word, name.span(), input, options, diag)?;
        } else {
            let nearest = suggest(&word, known.words.iter().copied());
            diag.report(
                name.span(),
                message::unknown(&word, known.attribute, nearest, known.words),
            );
            skip(input)?;
        }
        seen.push(name);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    clashes(&seen, options, diag);
    Ok(())
}

fn set(
    word: &str,
    span: Span,
    input: ParseStream,
    options: &mut Options,
    diag: &mut Diagnostics,
) -> syn::Result<()> {
    match word {
        "blocking" => options.blocking = true,
        "fallible" => options.fallible = true,
        "item" => options.item = true,
        "optional" => options.optional = true,
        "many" => options.many = true,
        "crate" => {
            input.parse::<Token![=]>()?;
            options.krate = input.call(Path::parse_mod_style)?;
        }
        _ => {
            if input.parse::<Option<Token![=]>>()?.is_none() {
                diag.report(span, message::period_missing());
                options.every = Some(1);
                return Ok(());
            }
            let literal: Lit = input.parse()?;
            let nanos = period::read(&literal);
            options.every = Some(nanos.unwrap_or_else(|wrong| {
                diag.report(literal.span(), wrong);
                1
            }));
        }
    }
    Ok(())
}

/// Goes over what follows an unknown word.
fn skip(input: ParseStream) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// Words that cannot both be true.
fn clashes(seen: &[Ident], options: &Options, diag: &mut Diagnostics) {
    for (left, right) in [
        ("item", "optional"),
        ("optional", "many"),
        ("every", "many"),
        ("every", "item"),
    ] {
        let written = |word: &str| seen.iter().find(|seen| *seen == word);
        if let (Some(_), Some(second)) = (written(left), written(right)) {
            diag.report(second.span(), message::clash(left, right));
        }
    }
    debug_assert!(
        options.every != Some(0),
        "a period of zero is reported, and replaced"
    );
}

impl Options {
    /// The way to what generated code may use.
    pub(super) fn private(&self) -> TokenStream {
        let krate = &self.krate;
        quote!(#krate::__private)
    }
}
