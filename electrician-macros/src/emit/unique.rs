//! A wanted name comes in; one that nothing else has goes out, the same whenever it is asked for again.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The words that generated code uses for itself.
pub(crate) const OURS: [&str; 21] = [
    "blocking", "called", "came", "failure", "given", "handles", "hasher", "item", "lap",
    "leaving", "miss", "most", "next", "panic", "pass", "run", "settled", "this", "turn", "work",
    "worker",
];

/// What a name stands for: a part of a stage, an edge or a circle, and its number.
pub(super) type Role = (&'static str, usize);

/// The names that have been given away.
#[derive(Debug, Default)]
pub(super) struct Unique(RefCell<Given>);

#[derive(Debug, Default)]
struct Given {
    roles: BTreeMap<Role, String>,
    names: BTreeSet<String>,
}

impl Unique {
    /// The name of that role: the wanted one, or the first free one after it.
    pub(super) fn name(&self, role: Role, wanted: &str) -> String {
        let mut given = self.0.borrow_mut();
        if let Some(name) = given.roles.get(&role) {
            return name.clone();
        }
        let is_free = |name: &String| !OURS.contains(&name.as_str()) && !given.names.contains(name);
        let mut names = std::iter::once(wanted.to_owned())
            .chain((2..).map(|number| format!("{wanted}_{number}")));
        let name = names.find(is_free).expect("there is no end of numbers");
        given.names.insert(name.clone());
        given.roles.insert(role, name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_role_its_own_name_and_remembers_it() {
        let unique = Unique::default();
        assert_eq!(unique.name(("stage", 0), "parse"), "parse");
        assert_eq!(unique.name(("stage", 1), "parse_in"), "parse_in");
        assert_eq!(unique.name(("in", 0), "parse_in"), "parse_in_2");
        assert_eq!(unique.name(("in", 0), "parse_in"), "parse_in_2");
    }

    #[test]
    fn keeps_its_own_words() {
        assert_eq!(Unique::default().name(("stage", 0), "run"), "run_2");
    }
}
