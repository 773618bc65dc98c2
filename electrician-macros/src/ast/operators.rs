//! The table of operators: the parser, the checks, the messages and the reference page read it.

use super::value::Expected;

/// One operator, as it is written between two arrows.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) class: Class,
    pub(crate) example: &'static str,
    pub(crate) summary: &'static str,
}

/// One argument of an operator.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) expected: Expected,
    pub(crate) optional: bool,
}

/// How an operator runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// One call an item, fused with its neighbours.
    Inline,
    /// Has a timer, and a task of its own.
    Timed,
}

const fn must(name: &'static str, expected: Expected) -> Parameter {
    Parameter {
        name,
        expected,
        optional: false,
    }
}

const fn may(name: &'static str, expected: Expected) -> Parameter {
    Parameter {
        name,
        expected,
        optional: true,
    }
}

const fn inline(
    name: &'static str,
    parameters: &'static [Parameter],
    example: &'static str,
    summary: &'static str,
) -> Operator {
    Operator {
        name,
        parameters,
        class: Class::Inline,
        example,
        summary,
    }
}

const fn timed(
    name: &'static str,
    parameters: &'static [Parameter],
    example: &'static str,
    summary: &'static str,
) -> Operator {
    Operator {
        name,
        parameters,
        class: Class::Timed,
        example,
        summary,
    }
}

const F: Parameter = must("f", Expected::Closure);
const COUNT: Parameter = must("count", Expected::Count);
const TIME: Parameter = must("duration", Expected::Duration);

/// Every operator there is.
pub(crate) const OPERATORS: &[Operator] = &[
    inline("map", &[F], "map(|item| …)", "one item for each item"),
    inline(
        "filter",
        &[F],
        "filter(|item| …)",
        "the items that a predicate takes",
    ),
    inline(
        "filter_map",
        &[F],
        "filter_map(|item| …)",
        "one item or none for each item",
    ),
    inline(
        "flat_map",
        &[F],
        "flat_map(|item| …)",
        "many items for each item",
    ),
    inline(
        "inspect",
        &[F],
        "inspect(|item| …)",
        "looks at each item and passes it on",
    ),
    inline(
        "scan",
        &[must("init", Expected::Free), F],
        "scan(0, |state, item| …)",
        "one item for each, with a state",
    ),
    inline(
        "sliding",
        &[COUNT],
        "sliding(10)",
        "the last items, after each item",
    ),
    inline(
        "dedupe",
        &[],
        "dedupe()",
        "leaves out an item that equals the one before it",
    ),
    inline(
        "distinct",
        &[may("key", Expected::Closure)],
        "distinct(|item| …)",
        "each item once, by a key",
    ),
    inline(
        "take",
        &[must("n", Expected::Count)],
        "take(100)",
        "the first items",
    ),
    inline(
        "skip",
        &[must("n", Expected::Count)],
        "skip(1)",
        "all but the first items",
    ),
    inline("enumerate", &[], "enumerate()", "each item with its number"),
    inline("flatten", &[], "flatten()", "the items of each item"),
    timed(
        "batch",
        &[COUNT, TIME],
        "batch(500, 20ms)",
        "so many items at once, or what came in that time",
    ),
    timed(
        "window",
        &[TIME],
        "window(1s)",
        "the items of each span of time",
    ),
    timed(
        "throttle",
        &[must("rate", Expected::Rate)],
        "throttle(100/s)",
        "no more items than the rate",
    ),
    timed(
        "debounce",
        &[TIME],
        "debounce(50ms)",
        "the last item once it has been quiet",
    ),
    timed("delay", &[TIME], "delay(1s)", "each item, so much later"),
    timed(
        "sample",
        &[TIME],
        "sample(1s)",
        "the latest item, each span of time",
    ),
];

/// The operator of that name.
pub(crate) fn operator(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}
