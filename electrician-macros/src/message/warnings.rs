//! What is no mistake, and seldom meant: each can be allowed by its code, `#![allow(W0401)]`.

/// The codes of all warnings.
pub(crate) const WARNINGS: [&str; 6] = ["W0401", "W0601", "W0602", "W0701", "W1001", "W1002"];

pub(crate) fn slow_branch(stage: &str, broadcast: &str, waits_for: &str) -> String {
    format!(
        "[W0401] `{stage}` waits for {waits_for}, and once its queue is full all branches of `{broadcast}` wait with it; write `overflow: \
         drop_oldest` on `{stage}`, or `overflow: block` if they are to wait"
    )
}

pub(crate) fn refused_while_open(stage: &str) -> String {
    format!(
        "[W0601] while this breaker is open, items are refused and lost; write `{stage}.neutral -> stage` or `when_open: wait`, or \
         `when_open: reject` if they may be lost"
    )
}

pub(crate) fn retry_of_every_error() -> String {
    "[W0602] the breaker says with `when` which errors show that the backend is not well, and this `retry` repeats calls after any error; \
     write `when` here, too"
        .to_owned()
}

pub(crate) fn ordered_single_worker() -> String {
    "[W0701] one worker never loses the order; leave `ordered` out, or write more `workers`"
        .to_owned()
}

pub(crate) fn order_lost_at_once(stage: &str) -> String {
    format!(
        "[W1001] `ordered` restores the order of what leaves `{stage}`, and `any` gives each item to whoever is free; leave `ordered` out, \
         or send to one stage"
    )
}

pub(crate) fn order_of_nothing(stage: &str) -> String {
    format!(
        "[W1002] `ordered` keeps the order in which items leave `{stage}`, and none leaves it; leave `ordered` out, or wire its output"
    )
}
