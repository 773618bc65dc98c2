//! Families 03, 04 and 05: groups, ports and circles.

pub(crate) fn operator_arity(name: &str, given: usize, example: &str) -> String {
    let given = match given {
        0 => "no argument".to_owned(),
        1 => "one argument".to_owned(),
        more => format!("{more} arguments"),
    };
    format!("[E0301] `{name}` has {given} here; write `{example}`")
}

pub(crate) fn too_few_members(word: &str) -> String {
    format!("[E0302] a group needs at least two stages; write `{word}[a, b]`, or the stage alone")
}

pub(crate) fn member_twice(name: &str) -> String {
    format!("[E0303] `{name}` stands twice in this group; keep one")
}

pub(crate) fn keyed_member(name: &str) -> String {
    format!(
        "[E0304] `{name}` has a `key`, and `any` gives an item to whoever is free; broadcast to it, or leave `key` out"
    )
}

pub(crate) fn route_not_last() -> String {
    "[E0401] each arm of a route names its own target, so the chain ends here; go on with a statement that starts at a \
     target"
        .to_owned()
}

pub(crate) fn discard_not_last() -> String {
    "[E0402] nothing comes out of `_`; end the chain here".to_owned()
}

pub(crate) fn starts_with(what: &str) -> String {
    let chain = match what {
        "a route" => "stage -> match { … }".to_owned(),
        "`zip(…)`" => "zip [a, b] -> stage".to_owned(),
        quoted => format!("stage -> {}", quoted.trim_matches('`')),
    };
    format!("[E0403] a chain starts at a stage, not at {what}; write `{chain}`")
}

pub(crate) fn any_as_source() -> String {
    "[E0404] `any [a, b]` shares items out; to take from several stages write `[a, b] -> stage`"
        .to_owned()
}

pub(crate) fn zip_as_target() -> String {
    "[E0405] `zip [a, b]` takes from several stages, and starts a chain; to send to several write `-> [a, b]`".to_owned()
}

pub(crate) fn port_as_target(stage: &str, port: &str) -> String {
    format!(
        "[E0406] `{stage}.{port}` is a way out of `{stage}`; an arrow leads to a stage: `-> {stage}`"
    )
}

pub(crate) fn second_arrow(port: &str, targets: &[String]) -> String {
    let mended = match targets {
        [] | [_] => "keep one of them".to_owned(),
        several => format!("write one: `{port} -> [{}]`", several.join(", ")),
    };
    format!("[E0407] two arrows leave `{port}`; {mended}")
}

pub(crate) fn same_arrow(port: &str, target: &str) -> String {
    format!("[E0408] `{port} -> {target}` is written already; leave one of them out")
}

pub(crate) fn source_as_target(name: &str, keyword: &str) -> String {
    format!(
        "[E0409] `{name}` is {keyword}: nothing can be sent into it; declare a handler for what arrives here"
    )
}

pub(crate) fn sink_as_source(name: &str) -> String {
    format!(
        "[E0410] `{name}` is an output: its items leave the pipeline; to send them on as well write `-> [{name}, b]`"
    )
}

pub(crate) fn no_such_port(port: &str, stage: &str, kind: &str) -> String {
    format!("[E0411] `{stage}` is {kind} and has no `{port}` port; leave this arrow out")
}

pub(crate) fn neutral_without_breaker(stage: &str) -> String {
    format!(
        "[E0412] `{stage}.neutral` takes the items that come while a breaker is open, and `{stage}` has none; write \
         `breaker: {{ … }}` on it"
    )
}

pub(crate) fn neutral_while_rejecting(stage: &str) -> String {
    format!(
        "[E0413] `when_open` says where items go while the breaker is open, and so does `{stage}.neutral`; keep one"
    )
}

pub(crate) fn overflow_without_limit(stage: &str) -> String {
    format!(
        "[E0414] `{stage}.overflow` takes what a rate limit refuses, and `{stage}` has none; write `rate_limit: {{ … }}` on it"
    )
}

pub(crate) fn overflow_while_rejecting(stage: &str) -> String {
    format!(
        "[E0420] `when_limited` says where items go while the rate limit is reached, and so does `{stage}.overflow`; keep one"
    )
}

pub(crate) fn no_input(stage: &str) -> String {
    format!(
        "[E0415] stage `{stage}` has no input; connect one with `source -> {stage}`, or declare it with `generator` if it is a \
         source"
    )
}

pub(crate) fn no_output(stage: &str) -> String {
    format!(
        "[E0416] the items of `{stage}` go nowhere; write `{stage} -> stage`, or `{stage} -> _` to discard them"
    )
}

pub(crate) fn operator_output(name: &str) -> String {
    format!(
        "[E0417] what comes out of `{name}` goes nowhere; write `-> stage` behind it, or `-> _` to discard it"
    )
}

pub(crate) fn unreached(stage: &str) -> String {
    format!(
        "[E0418] no generator and no input reaches `{stage}`; connect one with `source -> {stage}`"
    )
}

pub(crate) fn error_feeds_itself(stage: &str) -> String {
    format!(
        "[E0419] `{stage}.error` leads back to `{stage}`, which takes items, not failures; send them to a handler of \
         their own, or write `retry: {{ … }}`"
    )
}

pub(crate) fn circle(stage: &str, path: &str) -> String {
    format!(
        "[E0501] `{stage}` feeds itself: {path}; break the circle at one of these arrows, or mark one with `with {{ \
         feedback, buffer: 64, overflow: drop_newest }}`"
    )
}

pub(crate) fn feedback_without_circle() -> String {
    "[E0502] this arrow closes no circle; leave out `feedback`".to_owned()
}

pub(crate) fn feedback_without_buffer() -> String {
    "[E0503] a feedback arrow needs a bound of its own; write `buffer: 64` beside `feedback`"
        .to_owned()
}

pub(crate) fn feedback_that_blocks() -> String {
    "[E0504] a full circle that waits for itself never moves again; write `overflow: drop_newest`, `drop_oldest` or \
     `fail` beside `feedback`"
        .to_owned()
}
