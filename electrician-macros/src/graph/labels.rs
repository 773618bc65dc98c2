//! The names of stages come in; their ids go out, and names that no stage has.

use std::collections::BTreeMap;

use super::StageId;

/// Which stage has which name.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    ids: BTreeMap<String, StageId>,
    /// For each beginning of a name the last number that was given away.
    numbers: BTreeMap<String, usize>,
}

impl Labels {
    /// The stage of that name.
    pub(crate) fn find(&self, label: &str) -> Option<StageId> {
        self.ids.get(label).copied()
    }

    pub(super) fn insert(&mut self, label: String, id: StageId) {
        self.ids.insert(label, id);
    }

    /// The first free one of `prefix_1`, `prefix_2` …
    pub(super) fn free(&mut self, prefix: &str) -> String {
        let number = self.numbers.entry(prefix.to_owned()).or_default();
        loop {
            *number += 1;
            let label = format!("{prefix}_{number}");
            if !self.ids.contains_key(&label) {
                return label;
            }
        }
    }
}
