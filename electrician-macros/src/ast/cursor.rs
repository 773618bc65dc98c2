//! Token trees come in; names, arrows and cuts go out. Whatever is Rust inside is handed to `syn`.

use proc_macro2::{Delimiter, Group, Ident, Spacing, Span, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};

/// A place in a run of token trees.
#[derive(Debug, Clone)]
pub(crate) struct Cursor<'t> {
    trees: &'t [TokenTree],
    /// Where an error is shown when the tokens have run out.
    end: Span,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(trees: &'t [TokenTree], end: Span) -> Self {
        let end = trees.last().map_or(end, TokenTree::span);
        Self { trees, end }
    }

    pub(crate) fn rest(&self) -> &'t [TokenTree] {
        self.trees
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// The span of the next token, or of the last one when there is none.
    pub(crate) fn span(&self) -> Span {
        self.trees.first().map_or(self.end, TokenTree::span)
    }

    pub(crate) fn skip(&mut self, count: usize) {
        self.trees = self.trees.get(count..).unwrap_or(&[]);
    }

    /// Goes on until `stop` says so, or to the end, and gives what lies between.
    pub(crate) fn skip_until(&mut self, stop: impl Fn(&Self) -> bool) -> &'t [TokenTree] {
        let start = self.trees;
        while !self.is_empty() && !stop(self) {
            self.skip(1);
        }
        &start[..start.len() - self.trees.len()]
    }

    /// Takes off what a parser of `syn` reads, which is one token at least.
    pub(crate) fn read<T>(
        &mut self,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> syn::Result<T> {
        let (before, found) = (self.trees.len(), self.try_read(parser)?);
        self.skip(usize::from(before == self.trees.len()));
        Ok(found)
    }

    /// The same for what ends before the first of these signs, as a rule: only where it does not, more is looked at.
    pub(crate) fn read_before<T>(
        &mut self,
        signs: impl Fn(&TokenTree) -> bool,
        parser: impl Fn(ParseStream) -> syn::Result<T>,
    ) -> syn::Result<T> {
        let length = self.trees.iter().position(signs);
        let (before, _) = self.trees.split_at(length.unwrap_or(self.trees.len()));
        match (&parser).parse2(stream(before)) {
            Ok(found) if !before.is_empty() => {
                self.skip(before.len());
                Ok(found)
            }
            _ => self.read(parser),
        }
    }

    /// Takes off what a parser of `syn` reads, which may be nothing.
    pub(crate) fn try_read<T>(
        &mut self,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> syn::Result<T> {
        let (found, left) = read_rust(self.trees, self.end, |input| {
            let found = parser(input)?;
            let rest: TokenStream = input.parse()?;
            Ok((found, rest.into_iter().count()))
        })?;
        // more may be left than there was, out of a group without delimiters
        self.skip(self.trees.len().saturating_sub(left));
        Ok(found)
    }

    /// The rest as a stream, for `syn`.
    pub(crate) fn stream(&self) -> TokenStream {
        stream(self.trees)
    }

    pub(crate) fn peek_ident(&self, at: usize) -> Option<&'t Ident> {
        match self.trees.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    pub(crate) fn peek_group(&self, at: usize, delimiter: Delimiter) -> Option<&'t Group> {
        match self.trees.get(at) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    pub(crate) fn peek_punct(&self, at: usize, sign: char) -> bool {
        matches!(self.trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
    }

    /// Whether two signs stand here without a space between them, such as `->`.
    pub(crate) fn peek_pair(&self, at: usize, first: char, second: char) -> bool {
        let joint = matches!(self.trees.get(at), Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint);
        joint && self.peek_punct(at, first) && self.peek_punct(at + 1, second)
    }

    pub(crate) fn eat_ident(&mut self) -> Option<&'t Ident> {
        let ident = self.peek_ident(0)?;
        self.skip(1);
        Some(ident)
    }

    pub(crate) fn eat_group(&mut self, delimiter: Delimiter) -> Option<&'t Group> {
        let group = self.peek_group(0, delimiter)?;
        self.skip(1);
        Some(group)
    }

    pub(crate) fn eat_punct(&mut self, sign: char) -> bool {
        let found = self.peek_punct(0, sign);
        if found {
            self.skip(1);
        }
        found
    }

    /// Takes `->` (or `=>`) and gives its span.
    pub(crate) fn eat_pair(&mut self, first: char, second: char) -> Option<Span> {
        if !self.peek_pair(0, first, second) {
            return None;
        }
        let span = pair_span(&self.trees[0], &self.trees[1]);
        self.skip(2);
        Some(span)
    }
}

/// The span of two neighbours, or of the first where spans cannot be joined.
pub(crate) fn pair_span(first: &TokenTree, second: &TokenTree) -> Span {
    first
        .span()
        .join(second.span())
        .unwrap_or_else(|| first.span())
}

pub(crate) fn stream(trees: &[TokenTree]) -> TokenStream {
    trees.iter().cloned().collect()
}

/// Reads `trees` with a parser of `syn`; what it misses at their end is shown on `end`.
pub(crate) fn read_rust<T>(
    trees: &[TokenTree],
    end: Span,
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
) -> syn::Result<T> {
    let mut group = Group::new(Delimiter::Parenthesis, stream(trees));
    group.set_span(end);
    let inside = |input: ParseStream| {
        let content;
        syn::parenthesized!(content in input);
        let found = parser(&content)?;
        if content.is_empty() {
            Ok(found)
        } else {
            Err(content.error("unexpected token"))
        }
    };
    inside.parse2(TokenTree::Group(group).into())
}

pub(crate) fn is_comma(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// The runs between the `,`s that stand outside groups; a comma at the end makes no empty run.
pub(crate) fn split_commas(trees: &[TokenTree]) -> Vec<&[TokenTree]> {
    let mut runs: Vec<_> = trees.split(is_comma).collect();
    if runs.last().is_some_and(|run| run.is_empty()) {
        runs.pop();
    }
    runs
}
