//! Every sentence that a user of `pipeline!` can be told, one function each, with its code.

mod failure;
mod liveness;
mod names;
mod syntax;
mod values;
mod warnings;
mod wiring;

pub(crate) use failure::*;
pub(crate) use liveness::*;
pub(crate) use names::*;
pub(crate) use syntax::*;
pub(crate) use values::*;
pub(crate) use warnings::*;
pub(crate) use wiring::*;

/// `; did you mean `x`?`, or nothing.
fn hint(nearest: Option<&str>) -> String {
    nearest
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default()
}

/// `` `a`, `b` or `c` ``, of which one is to be written.
fn list(names: &[&str]) -> String {
    joined(names, "or")
}

/// `` `a`, `b` and `c` ``, which is all there is.
fn all(names: &[&str]) -> String {
    joined(names, "and")
}

fn joined(names: &[&str], last_word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} {last_word} {last}", rest.join(", ")),
    }
}
