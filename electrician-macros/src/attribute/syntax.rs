//! A type comes in as it is written; what its last name and its arguments are goes out.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::{
    AngleBracketedGenericArguments, GenericArgument, PathArguments, PathSegment, Type,
    TypeImplTrait, TypeParamBound,
};

/// The type without the parentheses and the invisible groups around it.
pub(super) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Paren(paren) => bare(&paren.elem),
        Type::Group(group) => bare(&group.elem),
        other => other,
    }
}

pub(super) fn is_unit(ty: &Type) -> bool {
    matches!(bare(ty), Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// A span that is shown where the user wrote something, and is generated code for every lint.
pub(super) fn shown_at(span: Span) -> Span {
    crate::located::shown_at(span, Span::call_site())
}

/// The last segment of a plain path.
pub(super) fn last(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// The last segment, if it is `name`.
pub(super) fn named<'t>(ty: &'t Type, name: &str) -> Option<&'t PathSegment> {
    last(ty).filter(|segment| segment.ident == name)
}

/// The types between the angle brackets.
pub(super) fn types(segment: &PathSegment) -> Vec<&Type> {
    generic_arguments(segment)
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

fn generic_arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let args = match &segment.arguments {
        PathArguments::AngleBracketed(AngleBracketedGenericArguments { args, .. }) => Some(args),
        _ => None,
    };
    args.into_iter().flatten()
}

/// How a type says that it holds many items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Iterator,
    /// A named type that becomes an iterator.
    Iterable,
    Stream,
}

/// The trait of many items among some bounds, and the item that it names.
pub(super) fn source<'b>(
    bounds: impl IntoIterator<Item = &'b TypeParamBound>,
) -> Option<(Source, Option<&'b Type>)> {
    bounds.into_iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else {
            return None;
        };
        let segment = bound.path.segments.last()?;
        let source = match segment.ident.to_string().as_str() {
            "Iterator" | "DoubleEndedIterator" | "ExactSizeIterator" | "FusedIterator" => {
                Source::Iterator
            }
            "Stream" | "FusedStream" => Source::Stream,
            _ => return None,
        };
        let item = generic_arguments(segment).find_map(|argument| match argument {
            GenericArgument::AssocType(assoc) if assoc.ident == "Item" => Some(&assoc.ty),
            _ => None,
        });
        Some((source, item))
    })
}

/// What `Box<dyn Iterator<Item = T>>`, `Pin<Box<dyn Stream<Item = T>>>` and `BoxStream<'_, T>` hold.
pub(super) fn boxed(ty: &Type) -> Option<(Source, Option<&Type>)> {
    let segment = last(ty)?;
    match segment.ident.to_string().as_str() {
        "Box" | "Pin" => match bare(types(segment).first()?) {
            Type::TraitObject(object) => source(&object.bounds),
            inner => boxed(inner),
        },
        "BoxStream" | "LocalBoxStream" => Some((Source::Stream, types(segment).first().copied())),
        _ => None,
    }
}

/// The first `impl Trait` inside a type.
pub(super) fn opaque(ty: &Type) -> Option<&TypeImplTrait> {
    struct Finder<'t>(Option<&'t TypeImplTrait>);
    impl<'t> Visit<'t> for Finder<'t> {
        fn visit_type_impl_trait(&mut self, found: &'t TypeImplTrait) {
            self.0.get_or_insert(found);
            visit::visit_type_impl_trait(self, found);
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(ty);
    finder.0
}
