//! The macros of electrician. Their documentation for users stands where `electrician` re-exports them.

mod ast;
mod attribute;
mod check;
mod diagnostics;
mod editor;
mod emit;
mod expand;
mod graph;
mod inspect;
mod located;
mod message;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod readme;

use proc_macro::TokenStream;

/// Declares pipelines: their stages, and how they are wired.
#[proc_macro]
pub fn pipeline(block: TokenStream) -> TokenStream {
    expand::pipeline(block.into(), inspect::write_if_asked).into()
}

/// Makes a stage of a function that takes an item and gives one, none, many, or an error.
///
/// The function stays what it is. Beside it comes a type of the same name, which a pipeline names.
///
/// An `async fn` whose body awaits nothing is called as one that is not async is, and costs no more: `workers` then have a
/// task each. One with a macro in it that is not of the standard library may await something.
///
/// | argument | meaning |
/// |---|---|
/// | `blocking` | the function runs on threads of its own |
/// | `fallible` | the type returned is an alias of a `Result`, or the type of its items is |
/// | `optional` | the type returned is an alias of an `Option` |
/// | `many` | the type returned is iterated: a `Vec`, a boxed iterator or stream |
/// | `item` | what looks like a `Result` or an `Option` is the item itself |
/// | `crate = path` | where electrician is, if it is not `::electrician` |
#[proc_macro_attribute]
pub fn handler(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::handler(args.into(), item.into()).into()
}

/// Makes a source of a function that produces items.
///
/// It returns an iterator or a stream, or sends through an `Outlet`, or is asked once a period.
///
/// | argument | meaning |
/// |---|---|
/// | `every = "1s"` | the function is asked once a period; units are `ns`, `us`, `ms`, `s`, `min`, `h`, `d` |
/// | `blocking` | the function runs on a thread of its own |
/// | `fallible` | the type returned is an alias of a `Result`, or the type of its items is |
/// | `many` | the type returned is iterated: a `Vec` |
/// | `item` | what looks like a `Result` is the item itself |
/// | `crate = path` | where electrician is, if it is not `::electrician` |
#[proc_macro_attribute]
pub fn generator(args: TokenStream, item: TokenStream) -> TokenStream {
    attribute::generator(args.into(), item.into()).into()
}
