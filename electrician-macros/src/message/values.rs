//! Family 07: values and options that cannot stand where they are.

use super::{hint, list};

pub(crate) fn bare_duration(name: &str, count: &str) -> String {
    let (short, long) = match count.parse::<f64>() {
        Ok(seconds) => (format!("{count}s"), format!("{}ms", seconds * 1000.0)),
        Err(_) => ("2s".to_owned(), "2000ms".to_owned()),
    };
    format!("[E0701] `{name}` is a duration and needs a unit; write `{short}`, or `{long}`")
}

pub(crate) fn bare_rate(name: &str, count: u64) -> String {
    format!("[E0702] `{name}` is a rate and needs a unit; write `{count}/s`, or `{count}/min`")
}

pub(crate) fn unknown_unit(unit: &str, nearest: Option<&str>) -> String {
    let units = "; there are `ns`, `us`, `ms`, `s`, `min`, `h` and `d`";
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        units.to_owned()
    };
    format!("[E0703] `{unit}` is no unit of time{tail}")
}

pub(crate) fn zero(name: &str, example: &str) -> String {
    format!("[E0704] `{name}` cannot be zero; write {example}")
}

pub(crate) fn backwards(name: &str, mended: &str) -> String {
    format!(
        "[E0705] the range of `{name}` runs backwards; write the shorter time first, `{mended}`"
    )
}

pub(crate) fn ratio(name: &str) -> String {
    format!(
        "[E0706] `{name}` is a share of the calls: more than zero and at most one, such as `0.5`"
    )
}

pub(crate) fn unexpected_value(name: &str, example: &str) -> String {
    format!("[E0707] `{name}` wants {example}")
}

pub(crate) fn too_long() -> String {
    "[E0708] this duration is too long; the longest is about 584 years".to_owned()
}

pub(crate) fn flag_with_value(name: &str) -> String {
    format!("[E0709] `{name}` takes no value; write `{name}` alone, or leave it out")
}

pub(crate) fn option_without_value(name: &str) -> String {
    format!("[E0710] `{name}:` has no value")
}

pub(crate) fn option_needs_value(name: &str, example: &str) -> String {
    format!("[E0711] `{name}` needs a value; write {example}")
}

pub(crate) fn option_words(name: &str, words: &[&str]) -> String {
    format!("[E0712] `{name}` takes a word; write {}", list(words))
}

pub(crate) fn option_needs_group(name: &str, example: &str) -> String {
    format!("[E0713] `{name}` is a group of options; write `{example}`")
}

pub(crate) fn missing_part(name: &str, part: &str, example: &str) -> String {
    format!("[E0714] `{name}` needs `{part}`; write `{example}`")
}

pub(crate) fn option_not_for(option: &str, kind: &str, known: &[&str]) -> String {
    format!(
        "[E0715] {kind} cannot have `{option}`; it can have {}",
        list(known)
    )
}

pub(crate) fn ordered_without_workers() -> String {
    "[E0716] `ordered` restores an order that one worker never loses; write `workers: 4` beside it, or leave it out".to_owned()
}

pub(crate) fn key_without_workers() -> String {
    "[E0717] `key` spreads items over several workers; write `workers: 4` beside it, or leave it out".to_owned()
}

pub(crate) fn ordered_with_key() -> String {
    "[E0718] `key` keeps the order of each key, `ordered` the order of all items; keep one of them"
        .to_owned()
}

pub(crate) fn discard_with_options() -> String {
    "[E0719] what is discarded goes through no edge; leave out `with { … }`".to_owned()
}

pub(crate) fn timeout_exceeds_total(timeout: &str, total: &str) -> String {
    format!(
        "[E0720] one attempt may take {timeout}, and all of them together {total}; make `total` the longer one"
    )
}

pub(crate) fn timeout_reaches_deadline(timeout: &str, deadline: &str) -> String {
    format!(
        "[E0721] one attempt may take {timeout}, and the whole of it {deadline}; make `deadline` the longer one"
    )
}

pub(crate) fn bulkhead_holds_nothing(bulkhead: u64, workers: u64) -> String {
    format!(
        "[E0722] {bulkhead} calls at once are never reached by {workers} of `workers`; make `bulkhead` the smaller one, or leave \
         it out"
    )
}

pub(crate) fn beside_queue(option: &str) -> String {
    let why = match option {
        "ordered" | "key" => "lets what is urgent overtake, and `OPTION` keeps an order",
        "blocking" => "is served by one task, and `OPTION` calls have threads of their own",
        "keys" => "waits for one limit, and `OPTION` gives each key its own",
        _ => "says what becomes of items while the limit is reached, and so does `OPTION`",
    };
    let why = why.replace("OPTION", option);
    format!("[E0723] a `queue` {why}; keep one of them")
}

pub(crate) fn queue_in_circle(stage: &str) -> String {
    format!(
        "[E0724] `{stage}` is part of a circle, which a `queue` may hold up for ever; leave the queue out"
    )
}

pub(crate) fn never_before_timeout(name: &str, after: &str, timeout: &str) -> String {
    format!(
        "[E0725] `{name}` means calls that take {after}, and `timeout` ends them after {timeout}; make `timeout` the longer one"
    )
}

pub(crate) fn judged_twice() -> String {
    "[E0726] a breaker opens by its `failure_rate`, or by so many `consecutive` failures; keep one of them".to_owned()
}

pub(crate) fn window_too_small(least: u64, window: u64) -> String {
    format!(
        "[E0727] {least} calls are never in a window of {window}; make `min_calls` the smaller one"
    )
}
