//! `with { … }` comes in; the options of one edge go out.

use proc_macro2::{Group, Span};

use super::context::Context;
use super::option;
use super::value::{Expected, Value};

/// What `with { … }` says.
#[derive(Debug, Default, Clone)]
pub(crate) struct EdgeOptions {
    pub(crate) buffer: Option<Value>,
    pub(crate) overflow: Option<(Overflow, Span)>,
    pub(crate) feedback: Option<Span>,
}

/// What happens to an item that finds the edge full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Overflow {
    Block,
    DropNewest,
    DropOldest,
    Fail,
}

/// The words of `overflow`.
pub(super) const OVERFLOW: [(&str, Overflow); 4] = [
    ("block", Overflow::Block),
    ("drop_newest", Overflow::DropNewest),
    ("drop_oldest", Overflow::DropOldest),
    ("fail", Overflow::Fail),
];

const NAMES: [&str; 3] = ["buffer", "overflow", "feedback"];

impl EdgeOptions {
    pub(super) fn read(group: &Group, cx: &mut Context) -> Self {
        let mut options = Self::default();
        for entry in option::entries(group, &NAMES, "an edge", cx).0 {
            match super::plain(&entry.name).as_str() {
                "buffer" => options.buffer = entry.value(Expected::Count, cx),
                "overflow" => options.overflow = entry.word(&OVERFLOW, cx),
                _ => options.feedback = Some(entry.flag(cx)),
            }
        }
        options
    }
}

impl Overflow {
    /// The word that is written for it.
    pub(crate) fn word(self) -> &'static str {
        OVERFLOW
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("block", |(word, _)| word)
    }
}
