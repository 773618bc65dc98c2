//! Family 10: wirings that are complete, and that stand still or turn for ever.

pub(crate) fn no_way_out(path: &str) -> String {
    format!(
        "[E1001] nothing leaves this circle: {path}; each item goes round for ever, so lead some of them out, as with `match {{ PATTERN => \
         stage, _ => stage }}`, or drop them with `filter(|item| …)`"
    )
}

pub(crate) fn zip_of_uneven_branches(broadcast: &str, culprit: &str, does: &str) -> String {
    format!(
        "[E1002] `zip` pairs the branches of `{broadcast}` item by item, and `{culprit}` {does}: one branch waits for its partner until the \
         other one is full, and then all of them stand still; move this in front of the broadcast, or behind the `zip`"
    )
}

pub(crate) fn zip_waits_for_itself(member: &str) -> String {
    format!(
        "[E1003] this `zip` waits for an item of `{member}`, which has none before the `zip` has given one; feed `{member}` from a generator \
         or an input, too"
    )
}
