//! A type comes in; the lifetimes that a call would give it, and the type without them, go out.

use proc_macro2::Span;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    BoundLifetimes, GenericParam, Lifetime, ParenthesizedGenericArguments, PredicateType,
    TraitBound, Type, TypeFnPtr, TypeReference, TypeTraitObject,
};

/// A lifetime that a type leaves open: its name, or nothing where it is elided.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) name: Option<String>,
    pub(super) span: Span,
}

/// The lifetimes that a type leaves open, in order; `'static` and what the type itself binds are not.
pub(super) fn open(ty: &Type) -> Vec<Open> {
    let mut finder = Finder::default();
    finder.visit_type(ty);
    finder.found
}

/// The type as an item that lives by itself: every open lifetime becomes `'static`.
pub(super) fn erased(ty: &Type) -> Type {
    let mut ty = ty.clone();
    Eraser::default().visit_type_mut(&mut ty);
    ty
}

/// Erases the open lifetimes of whatever `erase` visits.
pub(super) fn erase<T>(mut node: T, erase: impl FnOnce(&mut Eraser, &mut T)) -> T {
    erase(&mut Eraser::default(), &mut node);
    node
}

/// The lifetimes that are bound where the visitor is, and whether elided ones are too.
#[derive(Debug, Default)]
struct Scope {
    bound: Vec<String>,
    functions: usize,
}

impl Scope {
    fn enter(&mut self, lifetimes: Option<&BoundLifetimes>) -> usize {
        let before = self.bound.len();
        let params = lifetimes.into_iter().flat_map(|bound| &bound.lifetimes);
        self.bound.extend(params.filter_map(|param| match param {
            GenericParam::Lifetime(param) => Some(param.lifetime.ident.to_string()),
            _ => None,
        }));
        before
    }

    fn leave(&mut self, before: usize) {
        self.bound.truncate(before);
    }

    fn is_open(&self, lifetime: &Lifetime) -> bool {
        match lifetime.ident.to_string().as_str() {
            "static" => false,
            "_" => self.functions == 0,
            name => !self.bound.iter().any(|bound| bound == name),
        }
    }
}

#[derive(Debug, Default)]
struct Finder {
    scope: Scope,
    found: Vec<Open>,
}

impl<'t> Visit<'t> for Finder {
    fn visit_lifetime(&mut self, lifetime: &'t Lifetime) {
        if self.scope.is_open(lifetime) {
            let name = Some(lifetime.ident.to_string()).filter(|name| name != "_");
            self.found.push(Open {
                name,
                span: lifetime.span(),
            });
        }
    }

    fn visit_type_reference(&mut self, reference: &'t TypeReference) {
        if reference.lifetime.is_none() && self.scope.functions == 0 {
            self.found.push(Open {
                name: None,
                span: reference.and_token.span,
            });
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_type_fn_ptr(&mut self, pointer: &'t TypeFnPtr) {
        let before = self.scope.enter(pointer.lifetimes.as_ref());
        self.scope.functions += 1;
        for input in &pointer.inputs {
            self.visit_type(&input.ty);
        }
        self.visit_return_type(&pointer.output);
        self.scope.functions -= 1;
        self.scope.leave(before);
    }

    fn visit_trait_bound(&mut self, bound: &'t TraitBound) {
        let before = self.scope.enter(bound.lifetimes.as_ref());
        self.visit_path(&bound.path);
        self.scope.leave(before);
    }

    fn visit_parenthesized_generic_arguments(
        &mut self,
        arguments: &'t ParenthesizedGenericArguments,
    ) {
        self.scope.functions += 1;
        visit::visit_parenthesized_generic_arguments(self, arguments);
        self.scope.functions -= 1;
    }
}

/// Makes `'static` of open lifetimes.
#[derive(Debug, Default)]
pub(super) struct Eraser {
    scope: Scope,
}

impl VisitMut for Eraser {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if self.scope.is_open(lifetime) {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() && self.scope.functions == 0 {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_type_fn_ptr_mut(&mut self, pointer: &mut TypeFnPtr) {
        let before = self.scope.enter(pointer.lifetimes.as_ref());
        self.scope.functions += 1;
        for input in &mut pointer.inputs {
            self.visit_type_mut(&mut input.ty);
        }
        self.visit_return_type_mut(&mut pointer.output);
        self.scope.functions -= 1;
        self.scope.leave(before);
    }

    /// Behind a `+` at the end nothing else can stand.
    fn visit_type_trait_object_mut(&mut self, object: &mut TypeTraitObject) {
        object.bounds.pop_punct();
        visit_mut::visit_type_trait_object_mut(self, object);
    }

    fn visit_trait_bound_mut(&mut self, bound: &mut TraitBound) {
        let before = self.scope.enter(bound.lifetimes.as_ref());
        self.visit_path_mut(&mut bound.path);
        self.scope.leave(before);
    }

    fn visit_parenthesized_generic_arguments_mut(
        &mut self,
        arguments: &mut ParenthesizedGenericArguments,
    ) {
        self.scope.functions += 1;
        visit_mut::visit_parenthesized_generic_arguments_mut(self, arguments);
        self.scope.functions -= 1;
    }

    fn visit_predicate_type_mut(&mut self, predicate: &mut PredicateType) {
        let before = self.scope.enter(predicate.lifetimes.as_ref());
        self.visit_type_mut(&mut predicate.bounded_ty);
        for bound in &mut predicate.bounds {
            self.visit_type_param_bound_mut(bound);
        }
        self.scope.leave(before);
    }
}
