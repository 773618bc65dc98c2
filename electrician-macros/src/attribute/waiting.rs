//! The tokens of an async function come in; whether a call may have to wait goes out. One that awaits nothing is called as if
//! it were not async.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::Attribute;

/// Whether the function has something to await, as far as can be seen: another macro may put it there.
pub(super) fn may_wait(attributes: &[Attribute], body: TokenStream) -> bool {
    attributes.iter().any(|attribute| !keeps(attribute)) || may_await(body)
}

/// Whether the attribute leaves the function as it is.
fn keeps(attribute: &Attribute) -> bool {
    const KNOWN: &str = "allow cold deny deprecated doc expect forbid inline must_use warn";
    let mut known = KNOWN.split(' ');
    known.any(|name| attribute.path().is_ident(name))
}

fn may_await(tokens: TokenStream) -> bool {
    let (mut name, mut called) = (None, None);
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == "await" => return true,
            TokenTree::Ident(ident) => name = Some(ident),
            TokenTree::Punct(punct) if punct.as_char() == '!' => called = name.take(),
            TokenTree::Group(group) => {
                let is_other = called.take().is_some_and(|called| !awaits_nothing(&called));
                if is_other || may_await(group.stream()) {
                    return true;
                }
                name = None;
            }
            _ => (name, called) = (None, None),
        }
    }
    false
}

/// Whether the macro is one of the standard library: these await nothing but what they are given.
fn awaits_nothing(called: &Ident) -> bool {
    const KNOWN: &str = "assert assert_eq assert_ne dbg debug_assert debug_assert_eq debug_assert_ne eprintln format matches \
                         panic println todo unimplemented unreachable vec write writeln";
    KNOWN.split(' ').any(|name| called == name)
}

#[cfg(test)]
mod tests {
    use syn::{Attribute, parse_quote};

    use super::*;

    fn waits(body: &str) -> bool {
        may_wait(&[], body.parse().expect("these are tokens"))
    }

    #[test]
    fn a_body_without_an_await_does_not_wait() {
        assert!(!waits("{ n * 2 }"));
        assert!(!waits(
            "{ if n != (2) && !(b) { vec![n] } else { std::vec![1; n] } }"
        ));
        assert!(!waits("{ println!(\"{}\", n); n.awaits() }"));
    }

    #[test]
    fn a_body_with_an_await_may_wait() {
        assert!(waits("{ ask(n).await }"));
        assert!(waits("{ if n > 3 { return Some(ask(n).await?); } None }"));
        assert!(waits("{ vec![ask(n).await] }"));
    }

    #[test]
    fn what_another_macro_makes_may_wait() {
        assert!(waits("{ select! { a = b => c } }"));
        assert!(waits("{ let x = 1; tokio::join!(a, b) }"));
        let plain: Attribute = parse_quote!(#[allow(clippy::all)]);
        let other: Attribute = parse_quote!(#[cached]);
        assert!(!may_wait(&[plain], TokenStream::new()));
        assert!(may_wait(&[other], TokenStream::new()));
    }
}
