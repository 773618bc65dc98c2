//! What a function returns comes in; what a stage gives of it goes out.
//!
//! A macro sees names, not types: `Result` and `Option` are known by the last name of their path, wherever it leads.

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{
    Path, PathArguments, ReturnType, Signature, Type, TypeImplTrait, parse_quote,
    parse_quote_spanned,
};

use super::lifetimes::{erased, open};
use super::message;
use super::options::Options;
use super::syntax::{self, Source, bare, boxed, is_unit, last, named, opaque, source};
use crate::diagnostics::Diagnostics;

/// What a function gives.
#[derive(Debug)]
pub(super) struct Returns {
    pub(super) shape: Shape,
    /// Whether the function itself returns a `Result`.
    pub(super) fallible: bool,
    /// The type of the items; nothing for a sink.
    pub(super) out: Option<Type>,
    /// The type of the errors; nothing where there are none.
    pub(super) err: Option<Type>,
    /// A type that may be an alias, to be looked through.
    pub(super) probe: Option<Type>,
    pub(super) span: Span,
}

/// How many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Nothing,
    One,
    Optional,
    Many {
        source: Source,
        /// Whether each is a `Result` of its own.
        each: bool,
    },
}

/// A `Result` taken apart.
pub(super) struct Split {
    pub(super) ok: Type,
    pub(super) err: Type,
    /// Whether the types are those of an alias, which cannot be seen.
    pub(super) hidden: bool,
}

/// Reads types of one signature.
pub(super) struct Reader<'r> {
    pub(super) options: &'r Options,
    pub(super) attribute: &'static str,
    /// The lifetimes of what is lent to a call.
    pub(super) lent: Vec<String>,
    pub(super) diag: &'r mut Diagnostics,
}

impl Reader<'_> {
    /// Reads the return type.
    pub(super) fn read(&mut self, sig: &Signature) -> Option<Returns> {
        let unit = parse_quote_spanned!(sig.ident.span() => ());
        let ty = match &sig.output {
            ReturnType::Default => &unit,
            ReturnType::Type(_, ty) => bare(ty),
        };
        let whole = self.options.item && !self.options.many && !self.options.fallible;
        if whole && !matches!(ty, Type::ImplTrait(_)) {
            return self.one(ty, Shape::One);
        }
        let split = match ty {
            Type::ImplTrait(_) => None,
            _ => self.split(ty),
        };
        let Some(Split { ok, err, hidden }) = split else {
            return self.shape(ty, self.options.fallible);
        };
        let inner = self.shape(bare(&ok), self.options.fallible && !hidden);
        let err = if hidden { Some(err) } else { self.kept(&err) };
        let mut returns = inner?;
        returns.fallible = true;
        returns.err = Some(err?);
        returns.span = ty.span();
        if hidden {
            returns.probe = None;
        }
        Some(returns)
    }

    /// Takes a `Result` apart, by its name or because the attribute says so.
    pub(super) fn split(&self, ty: &Type) -> Option<Split> {
        let Type::Path(alias) = bare(ty) else {
            return None;
        };
        let krate = &self.options.krate;
        let hidden = |alias: &Type| {
            let alias = erased(alias);
            Split {
                ok: parse_quote!(<#alias as #krate::__private::ResultOf>::Ok),
                err: parse_quote!(<#alias as #krate::__private::ResultOf>::Err),
                hidden: true,
            }
        };
        let Some(result) = named(ty, "Result") else {
            return self.options.fallible.then(|| hidden(bare(ty)));
        };
        Some(match syntax::types(result)[..] {
            [] => hidden(bare(ty)),
            [ok] => {
                // what is inside may have no name, and the error does not depend on it
                let mut path: Path = alias.path.clone();
                path.segments.last_mut()?.arguments =
                    PathArguments::AngleBracketed(parse_quote!(<()>));
                Split {
                    ok: ok.clone(),
                    err: parse_quote!(<#path as #krate::__private::ResultOf>::Err),
                    hidden: false,
                }
            }
            [ok, err, ..] => Split {
                ok: ok.clone(),
                err: err.clone(),
                hidden: false,
            },
        })
    }

    /// How many items a type that is no `Result` stands for; `fallible`, where it hides that each is one.
    fn shape(&mut self, ty: &Type, fallible: bool) -> Option<Returns> {
        let generator = self.attribute == "generator";
        if let Type::Never(never) = ty {
            self.diag
                .report(never.span(), message::never(self.attribute));
            return None;
        }
        if is_unit(ty) {
            return Some(Returns::new(Shape::Nothing, None, ty));
        }
        if let Type::ImplTrait(opaque) = ty {
            return self.opaque(opaque, ty, fallible);
        }
        match boxed(ty) {
            Some((source, item)) if self.options.many || (generator && !self.options.item) => {
                let source = if source == Source::Stream {
                    source
                } else {
                    Source::Iterable
                };
                return match item {
                    Some(item) => self.many(source, item, ty, fallible),
                    None => Some(self.iterated(ty)),
                };
            }
            Some(_) if !self.options.item => {
                self.diag.report(ty.span(), message::boxed());
                return None;
            }
            _ if self.options.many => return self.collection(ty, fallible),
            _ => {}
        }
        if let Some(option) = named(ty, "Option")
            && let [item] = syntax::types(option)[..]
            && !self.options.item
        {
            return self.one(item, Shape::Optional);
        }
        if self.options.optional || (named(ty, "Option").is_some() && !self.options.item) {
            return Some(Returns {
                shape: Shape::Optional,
                ..self.iterated(ty)
            });
        }
        self.one(ty, Shape::One)
    }

    /// `impl Iterator<Item = T>` and its like.
    fn opaque(&mut self, opaque: &TypeImplTrait, ty: &Type, fallible: bool) -> Option<Returns> {
        match source(&opaque.bounds) {
            Some((source, Some(item))) => return self.many(source, item, ty, fallible),
            Some((_, None)) => self.diag.report(ty.span(), message::nameless_items()),
            None => self.diag.report(ty.span(), message::opaque()),
        }
        None
    }

    /// Many items, whose type can be seen.
    fn many(&mut self, source: Source, item: &Type, ty: &Type, fallible: bool) -> Option<Returns> {
        let split = if named(item, "Result").is_some() || fallible {
            self.split(item)
        } else {
            None
        };
        let Some(Split { ok, err, hidden }) = split.filter(|_| !self.options.item) else {
            let shape = Shape::Many {
                source,
                each: false,
            };
            let probe = self.probe(item);
            return Some(Returns {
                probe,
                ..Returns::new(shape, Some(self.kept(item)?), ty)
            });
        };
        let shape = Shape::Many { source, each: true };
        let (out, err) = if hidden {
            (Some(ok), Some(err))
        } else {
            (self.kept(&ok), self.kept(&err))
        };
        Some(Returns {
            err: Some(err?),
            ..Returns::new(shape, Some(out?), ty)
        })
    }

    /// A named type that is iterated: `Vec<Result<T, E>>` shows what its items are, most do not.
    fn collection(&mut self, ty: &Type, fallible: bool) -> Option<Returns> {
        let first = last(ty).and_then(|segment| syntax::types(segment).first().copied());
        match first.filter(|item| named(item, "Result").is_some()) {
            Some(item) => self.many(Source::Iterable, item, ty, fallible),
            None => Some(self.iterated(ty)),
        }
    }

    /// A named type that is iterated, and does not show its items.
    fn iterated(&self, ty: &Type) -> Returns {
        let krate = &self.options.krate;
        let erased = erased(ty);
        let item = parse_quote!(<#erased as #krate::__private::std::iter::IntoIterator>::Item);
        Returns::new(
            Shape::Many {
                source: Source::Iterable,
                each: false,
            },
            Some(item),
            ty,
        )
    }

    /// One item, or none.
    fn one(&mut self, item: &Type, shape: Shape) -> Option<Returns> {
        if named(item, "Result").is_some() && !self.options.item {
            self.diag.report(item.span(), message::result_as_item());
            return None;
        }
        let probe = self.probe(item);
        Some(Returns {
            probe,
            ..Returns::new(shape, Some(self.kept(item)?), item)
        })
    }

    /// An item or an error: a type that can be named, and that borrows nothing from the call.
    pub(super) fn kept(&mut self, ty: &Type) -> Option<Type> {
        if let Some(opaque) = opaque(ty) {
            self.diag.report(opaque.span(), message::opaque());
            return None;
        }
        let borrowed =
            |name: &Option<String>| name.as_ref().is_none_or(|name| self.lent.contains(name));
        if let Some(open) = open(ty).into_iter().find(|open| borrowed(&open.name)) {
            self.diag
                .report(open.span, message::borrowed_output(self.attribute));
            return None;
        }
        Some(erased(ty))
    }

    /// The type, where it may be an alias that hides something.
    fn probe(&self, ty: &Type) -> Option<Type> {
        const KNOWN: [&str; 24] = [
            "bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
            "i128", "isize", "f32", "f64", "String", "Vec", "Box", "Arc", "Bytes", "HashMap",
            "BTreeMap", "PathBuf",
        ];
        let segment = last(ty)?;
        let seen = KNOWN.iter().any(|known| segment.ident == known);
        (!seen && !self.options.item).then(|| erased(bare(ty)))
    }
}

impl Returns {
    fn new(shape: Shape, out: Option<Type>, at: &Type) -> Self {
        Self {
            shape,
            fallible: false,
            out,
            err: None,
            probe: None,
            span: at.span(),
        }
    }
}
