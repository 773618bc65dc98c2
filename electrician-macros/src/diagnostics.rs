//! Everything found wrong in one block comes in; sorted `compile_error!`s, each on its token, go out.

use proc_macro2::{Ident, LineColumn, Span, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// What has been reported so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    entries: Vec<Diagnostic>,
    places: BTreeSet<(usize, usize)>,
    warnings: Vec<Diagnostic>,
}

/// One sentence at one place.
#[derive(Debug, Clone)]
pub(crate) struct Diagnostic {
    pub(crate) span: Span,
    pub(crate) message: String,
    /// The type whose place the error takes.
    ty: Option<Ident>,
}

impl Diagnostic {
    fn new(span: Span, message: String) -> Self {
        let ty = None;
        Self { span, message, ty }
    }
}

impl Diagnostics {
    /// Adds a sentence, unless one stands at the same place already: what is found there later follows from it.
    pub(crate) fn report(&mut self, span: Span, message: impl Into<String>) {
        if self.places.insert(place(span)) {
            self.entries.push(Diagnostic::new(span, message.into()));
        }
    }

    /// Adds a sentence about a type that is missing, and gives the name of one that stands in its place.
    pub(crate) fn report_type(&mut self, span: Span, message: impl Into<String>) -> Ident {
        self.report(span, message);
        let (line, column) = place(span);
        let name = format_ident!("__Unknown_{line}_{column}", span = Span::mixed_site());
        let mut entries = self.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| place(entry.span) == (line, column)) {
            entry.ty = Some(name.clone());
        }
        name
    }

    /// Adds one sentence for each place that takes part, numbered in the order of the source when there are several.
    pub(crate) fn report_all(&mut self, spans: &[Span], message: &str) {
        let free = spans
            .iter()
            .filter(|span| !self.places.contains(&place(**span)));
        let mut free: Vec<Span> = free.copied().collect();
        free.sort_by_key(|span| place(*span));
        for (index, span) in free.iter().enumerate() {
            match free.len() {
                1 => self.report(*span, message),
                all => self.report(*span, format!("{message} ({}/{all})", index + 1)),
            }
        }
    }

    /// Adds a warning, unless its code, which stands in brackets at its head, is allowed.
    pub(crate) fn warn(&mut self, span: Span, message: String, allowed: &[String]) {
        if !allowed
            .iter()
            .any(|code| message.starts_with(&format!("[{code}]")))
        {
            self.warnings.push(Diagnostic::new(span, message));
        }
    }

    /// The warnings as what a macro can say on stable: each is the use of something deprecated, on the user's token.
    pub(crate) fn warnings(&self) -> TokenStream {
        let uses = self
            .warnings
            .iter()
            .map(|Diagnostic { span, message, .. }| {
                let used = Ident::new("wiring", *span);
                quote! {
                    const _: () = {
                        #[deprecated(note = #message)]
                        #[allow(non_upper_case_globals)]
                        const #used: () = ();
                        #used
                    };
                }
            });
        uses.collect()
    }

    /// The warnings as they were reported.
    #[cfg(test)]
    pub(crate) fn into_warnings(self) -> Vec<Diagnostic> {
        self.warnings
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their places in the source.
    pub(crate) fn into_sorted(self) -> Vec<Diagnostic> {
        let mut entries = self.entries;
        entries.sort_by_key(|entry| place(entry.span));
        entries
    }

    /// One `compile_error!` for each entry, in order.
    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.into_sorted()
            .into_iter()
            .map(Diagnostic::into_compile_error)
            .collect()
    }
}

impl Diagnostic {
    /// Of a type that holds an error the compiler asks nothing more.
    fn into_compile_error(self) -> TokenStream {
        let error = syn::Error::new(self.span, self.message).into_compile_error();
        match self.ty {
            None => error,
            Some(name) => quote! {
                #[allow(non_camel_case_types, dead_code)]
                type #name = [(); { #error }];
            },
        }
    }
}

fn place(span: Span) -> (usize, usize) {
    let LineColumn { line, column } = span.start();
    (line, column)
}

/// The known name that is nearest to what was written, if it is near enough to be a slip; of several, the first.
pub(crate) fn suggest<'n>(
    written: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let written: Vec<char> = written.chars().collect();
    let mut limit = (written.len() / 3).max(1);
    let mut nearest = None;
    for name in known {
        let length = name.chars().count();
        if length.abs_diff(written.len()) > limit {
            continue;
        }
        let name_letters: Vec<char> = name.chars().collect();
        let distance = distance(&written, &name_letters, limit);
        let Some(distance) = distance.filter(|distance| *distance < length) else {
            continue;
        };
        nearest = Some(name);
        if distance <= 1 {
            break;
        }
        limit = distance - 1;
    }
    nearest
}

/// What is left of two words without their common beginning and end.
fn differing<'w>(left: &'w [char], right: &'w [char]) -> (&'w [char], &'w [char]) {
    let begin = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    let (left, right) = (&left[begin..], &right[begin..]);
    let ends = left.iter().rev().zip(right.iter().rev());
    let end = ends.take_while(|(l, r)| l == r).count();
    (&left[..left.len() - end], &right[..right.len() - end])
}

/// The number of letters to insert, delete, replace or swap with their neighbour, unless it is above the limit.
fn distance(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    let (left, right) = differing(left, right);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let mut best = (last[j] + usize::from(l != r))
                .min(last[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && *l == right[j - 1] && left[i - 1] == *r {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        if row.iter().all(|distance| *distance > limit) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    Some(last[right.len()]).filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name_within_a_third_of_its_length() {
        let known = ["parse", "charge", "store"];
        assert_eq!(suggest("pars", known), Some("parse"));
        assert_eq!(suggest("chrage", known), Some("charge"));
        assert_eq!(suggest("audit", known), None);
    }

    #[test]
    fn says_one_thing_at_a_place() {
        let mut found = Diagnostics::default();
        found.report(Span::call_site(), "what is wrong");
        found.report(Span::call_site(), "what follows from it");
        let said = found.into_sorted();
        assert_eq!(said.len(), 1);
        assert_eq!(said[0].message, "what is wrong");
    }
}
