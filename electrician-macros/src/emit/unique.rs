//! A wanted name comes in; a variable that nothing else is called by goes out, the same whenever it is asked for again.

use proc_macro2::{Ident, Span};
use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::located::shown_at;

/// The words that generated code uses for itself.
pub(crate) const OURS: [&str; 22] = [
    "blocking", "called", "came", "failure", "given", "handles", "hasher", "item", "lap",
    "leaving", "miss", "most", "next", "others", "panic", "pass", "run", "settled", "this", "turn",
    "work", "worker",
];

/// What a variable stands for: a part of a stage, an edge or a circle, and its number.
pub(super) type Role = (&'static str, usize);

/// The names that have been given away.
#[derive(Debug, Default)]
pub(super) struct Unique(RefCell<Given>);

#[derive(Debug)]
struct Given {
    /// The variables of each number, with the parts that they stand for.
    variables: Vec<Vec<(&'static str, Ident)>>,
    names: BTreeSet<String>,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            variables: Vec::new(),
            names: OURS.map(str::to_owned).into(),
        }
    }
}

impl Unique {
    /// The variable of that role, which has its name and its place from the first who asks.
    pub(super) fn variable(
        &self,
        (part, number): Role,
        wanted: impl FnOnce() -> (String, Span),
    ) -> Ident {
        let mut given = self.0.borrow_mut();
        if let Some(variable) = given.find((part, number)) {
            return variable.clone();
        }
        let (wanted, span) = wanted();
        let variable = Ident::new(&given.name(wanted), shown_at(span, Span::mixed_site()));
        if given.variables.len() <= number {
            given.variables.resize_with(number + 1, Vec::new);
        }
        given.variables[number].push((part, variable.clone()));
        variable
    }

    /// The wanted name, or the first free one after it.
    pub(super) fn name(&self, wanted: String) -> String {
        self.0.borrow_mut().name(wanted)
    }
}

impl Given {
    fn find(&self, (part, number): Role) -> Option<&Ident> {
        let parts = self.variables.get(number)?;
        let found = parts.iter().find(|(known, _)| *known == part);
        found.map(|(_, variable)| variable)
    }

    fn name(&mut self, wanted: String) -> String {
        if self.names.insert(wanted.clone()) {
            return wanted;
        }
        let mut names = (2..).map(|number| format!("{wanted}_{number}"));
        let name = names.find(|name| self.names.insert(name.clone()));
        name.expect("there is no end of numbers")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_role_its_own_name_and_remembers_it() {
        let unique = Unique::default();
        let variable = |role, wanted: &str| {
            let variable = unique.variable(role, || (wanted.to_owned(), Span::call_site()));
            variable.to_string()
        };
        assert_eq!(unique.name("parse".to_owned()), "parse");
        assert_eq!(variable(("out", 1), "parse_in"), "parse_in");
        assert_eq!(variable(("in", 0), "parse_in"), "parse_in_2");
        assert_eq!(variable(("in", 0), "parse_in"), "parse_in_2");
    }

    #[test]
    fn keeps_its_own_words() {
        assert_eq!(Unique::default().name("run".to_owned()), "run_2");
    }
}
