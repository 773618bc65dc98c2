//! The generics of a function come in; those of the implementation, which something has to determine, go out.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{
    AssocType, Block, GenericParam, Generics, ParenthesizedGenericArguments, Path, Token, Type,
    TypeParam, TypeParamBound, TypePath, WherePredicate,
};

use super::argument::{Argument, Kind};
use super::lifetimes::{Eraser, erase};
use super::message;
use crate::diagnostics::Diagnostics;

/// The generics of a function, without its lifetimes.
#[derive(Debug)]
pub(super) struct Carried {
    params: Vec<GenericParam>,
    predicates: Vec<WherePredicate>,
}

/// A part of the generics, as an implementation declares them.
pub(super) struct Declared {
    pub(super) params: Vec<TokenStream>,
    pub(super) predicates: Vec<TokenStream>,
}

impl Carried {
    pub(super) fn of(generics: &Generics) -> Self {
        let erased = |param: &GenericParam| match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(param) => Some(GenericParam::Type(erased_param(param))),
            GenericParam::Const(param) => {
                let mut param = param.clone();
                param.default = None;
                Some(GenericParam::Const(param))
            }
        };
        let predicates = generics
            .where_clause
            .iter()
            .flat_map(|clause| &clause.predicates);
        Self {
            params: generics.params.iter().filter_map(erased).collect(),
            predicates: predicates
                .filter(|predicate| matches!(predicate, WherePredicate::Type(_)))
                .map(|predicate| erase(predicate.clone(), Eraser::visit_where_predicate_mut))
                .collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    fn names(&self) -> impl Iterator<Item = &Ident> {
        self.params.iter().map(name)
    }

    /// Whether a type mentions any of them.
    pub(super) fn in_type(&self, ty: &Type) -> bool {
        let mentioned = mentions(|visitor| visitor.visit_type(ty));
        self.names().any(|name| mentioned.any.contains(name))
    }

    /// The item is owned by its edge, so it has a size even where the function does not ask.
    pub(super) fn give_size_to(&mut self, ty: &Type) {
        let Type::Path(TypePath {
            qself: None, path, ..
        }) = ty
        else {
            return;
        };
        let sized = |bounds: &mut Punctuated<TypeParamBound, Token![+]>| {
            let kept = bounds.iter().filter(
                |bound| !matches!(bound, TypeParamBound::Trait(bound) if bound.maybe.is_some()),
            );
            *bounds = kept.cloned().collect();
        };
        for param in &mut self.params {
            if let GenericParam::Type(param) = param
                && path.is_ident(&param.ident)
            {
                sized(&mut param.bounds);
            }
        }
        for predicate in &mut self.predicates {
            if let WherePredicate::Type(predicate) = predicate
                && matches!(&predicate.bounded_ty, Type::Path(bounded) if bounded.path == *path)
            {
                sized(&mut predicate.bounds);
            }
        }
    }

    /// Finds what determines each: the items, else a bound, else an argument, which is then taken exactly.
    pub(super) fn determine(
        &self,
        items: &[&Type],
        arguments: &mut [Argument],
        diag: &mut Diagnostics,
    ) {
        let mut known: Vec<Ident> = items.iter().flat_map(|ty| determined(ty)).collect();
        self.follow_bounds(&mut known);
        for argument in arguments {
            let missing =
                |name: &Ident| self.names().any(|own| own == name) && !known.contains(name);
            let determined = determined(&argument.ty);
            if determined.iter().any(missing) {
                argument.exact = true;
                known.extend(determined);
                self.follow_bounds(&mut known);
            }
        }
        for name in self.names().filter(|name| !known.contains(name)) {
            diag.report(name.span(), message::undetermined(&name.to_string()));
        }
    }

    /// `I: Iterator<Item = T>` determines `T` where `I` is known.
    fn follow_bounds(&self, known: &mut Vec<Ident>) {
        for _ in &self.params {
            for (bounded, bounds) in self.bounds() {
                let subject = mentions(|visitor| visitor.visit_type(&bounded));
                if self
                    .names()
                    .any(|name| subject.any.contains(name) && !known.contains(name))
                {
                    continue;
                }
                known.extend(bounds.iter().flat_map(projected));
            }
        }
    }

    fn bounds(&self) -> Vec<(Type, Vec<TypeParamBound>)> {
        let inline = self.params.iter().filter_map(|param| match param {
            GenericParam::Type(param) => {
                let ident = &param.ident;
                Some((
                    syn::parse_quote!(#ident),
                    param.bounds.iter().cloned().collect(),
                ))
            }
            _ => None,
        });
        let clauses = self
            .predicates
            .iter()
            .filter_map(|predicate| match predicate {
                WherePredicate::Type(predicate) => Some((
                    predicate.bounded_ty.clone(),
                    predicate.bounds.iter().cloned().collect(),
                )),
                _ => None,
            });
        inline.chain(clauses).collect()
    }

    /// All of them. What crosses to another stage is `Send`, and what is lent to a call is `Sync`.
    pub(super) fn declare(
        &self,
        lent: Option<&Type>,
        arguments: &[Argument],
        private: &TokenStream,
    ) -> Declared {
        let shared = arguments
            .iter()
            .filter(|argument| matches!(argument.kind, Kind::Shared | Kind::Cloned));
        let lent: Vec<&Type> = lent
            .into_iter()
            .chain(shared.map(|argument| &argument.ty))
            .collect();
        let mut predicates: Vec<TokenStream> = self
            .predicates
            .iter()
            .map(ToTokens::to_token_stream)
            .collect();
        for param in &self.params {
            if let GenericParam::Type(TypeParam { ident, .. }) = param {
                let is_lent = lent.iter().any(|ty| {
                    mentions(|visitor| visitor.visit_type(ty))
                        .any
                        .contains(ident)
                });
                let sync = is_lent.then(|| quote! { + #private::Sync });
                predicates.push(quote! { #ident: #private::Send #sync + 'static });
            }
        }
        Declared {
            params: self.params.iter().map(ToTokens::to_token_stream).collect(),
            predicates,
        }
    }

    /// Those that a type determines, with the bounds that speak of no others.
    pub(super) fn declare_for(&self, ty: &Type) -> Declared {
        let known: Vec<Ident> = determined(ty);
        let only_known = |mentioned: &Mentioned| {
            self.names()
                .all(|name| known.contains(name) || !mentioned.any.contains(name))
        };
        let params =
            self.params
                .iter()
                .filter(|param| known.contains(name(param)))
                .map(|param| {
                    let mut param = param.clone();
                    if let GenericParam::Type(param) = &mut param {
                        let kept = param.bounds.iter().filter(|bound| {
                            only_known(&mentions(|v| v.visit_type_param_bound(bound)))
                        });
                        param.bounds = kept.cloned().collect();
                    }
                    param.to_token_stream()
                });
        let predicates = self
            .predicates
            .iter()
            .filter(|predicate| only_known(&mentions(|v| v.visit_where_predicate(predicate))));
        Declared {
            params: params.collect(),
            predicates: predicates.map(ToTokens::to_token_stream).collect(),
        }
    }

    /// The arguments of a call, so that nothing is left to inference.
    pub(super) fn turbofish(&self) -> Option<TokenStream> {
        let names = self.names();
        (!self.is_empty()).then(|| quote! { ::<#(#names),*> })
    }
}

fn erased_param(param: &TypeParam) -> TypeParam {
    let mut param = erase(param.clone(), Eraser::visit_type_param_mut);
    param.default = None;
    param.attrs.clear();
    param
}

fn name(param: &GenericParam) -> &Ident {
    match param {
        GenericParam::Type(param) => &param.ident,
        GenericParam::Const(param) => &param.ident,
        GenericParam::Lifetime(param) => &param.lifetime.ident,
    }
}

/// The names in a piece of syntax that may be generics.
#[derive(Debug, Default)]
struct Mentioned {
    any: Vec<Ident>,
    /// Those that the type determines: not `T::Item`, not `[u8; { N + 1 }]`.
    determined: Vec<Ident>,
    projections: usize,
}

fn mentions(visit: impl FnOnce(&mut Mentioned)) -> Mentioned {
    let mut mentioned = Mentioned::default();
    visit(&mut mentioned);
    mentioned
}

fn determined(ty: &Type) -> Vec<Ident> {
    mentions(|visitor| visitor.visit_type(ty)).determined
}

/// What the associated types of a bound determine: `Iterator<Item = T>`, `Fn(A) -> T`.
fn projected(bound: &TypeParamBound) -> Vec<Ident> {
    #[derive(Default)]
    struct Projections(Vec<Ident>);
    impl<'t> Visit<'t> for Projections {
        fn visit_assoc_type(&mut self, assoc: &'t AssocType) {
            self.0.extend(determined(&assoc.ty));
        }
        fn visit_parenthesized_generic_arguments(
            &mut self,
            arguments: &'t ParenthesizedGenericArguments,
        ) {
            if let syn::ReturnType::Type(_, ty) = &arguments.output {
                self.0.extend(determined(ty));
            }
        }
    }
    let mut projections = Projections::default();
    projections.visit_type_param_bound(bound);
    projections.0
}

impl<'t> Visit<'t> for Mentioned {
    fn visit_path(&mut self, path: &'t Path) {
        if path.leading_colon.is_none()
            && let Some(first) = path.segments.first()
        {
            self.any.push(first.ident.clone());
            if path.segments.len() == 1 && self.projections == 0 {
                self.determined.push(first.ident.clone());
            }
        }
        visit::visit_path(self, path);
    }

    fn visit_type_path(&mut self, path: &'t TypePath) {
        let projects = usize::from(path.qself.is_some());
        self.projections += projects;
        visit::visit_type_path(self, path);
        self.projections -= projects;
    }

    fn visit_block(&mut self, block: &'t Block) {
        self.projections += 1;
        visit::visit_block(self, block);
        self.projections -= 1;
    }
}
