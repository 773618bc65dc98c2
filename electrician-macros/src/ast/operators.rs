//! The table of operators: the parser, the checks, the messages and the reference page read it.

use super::value::Expected;

/// One operator, as it is written between two arrows.
#[derive(Debug)]
pub(crate) struct Operator {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) class: Class,
    pub(crate) example: &'static str,
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
) -> Operator {
    Operator {
        name,
        parameters,
        class: Class::Inline,
        example,
    }
}

const fn timed(
    name: &'static str,
    parameters: &'static [Parameter],
    example: &'static str,
) -> Operator {
    Operator {
        name,
        parameters,
        class: Class::Timed,
        example,
    }
}

const F: Parameter = must("f", Expected::Closure);
const COUNT: Parameter = must("count", Expected::Count);
const TIME: Parameter = must("duration", Expected::Duration);

/// Every operator there is.
pub(crate) const OPERATORS: &[Operator] = &[
    inline("map", &[F], "map(|item| …)"),
    inline("filter", &[F], "filter(|item| …)"),
    inline("filter_map", &[F], "filter_map(|item| …)"),
    inline("flat_map", &[F], "flat_map(|item| …)"),
    inline("inspect", &[F], "inspect(|item| …)"),
    inline(
        "scan",
        &[must("init", Expected::Free), F],
        "scan(0, |state, item| …)",
    ),
    inline("sliding", &[COUNT], "sliding(10)"),
    inline("dedupe", &[], "dedupe()"),
    inline(
        "distinct",
        &[may("key", Expected::Closure)],
        "distinct(|item| …)",
    ),
    inline("take", &[must("n", Expected::Count)], "take(100)"),
    inline("skip", &[must("n", Expected::Count)], "skip(1)"),
    inline("enumerate", &[], "enumerate()"),
    inline("flatten", &[], "flatten()"),
    timed("batch", &[COUNT, TIME], "batch(500, 20ms)"),
    timed("window", &[TIME], "window(1s)"),
    timed(
        "throttle",
        &[must("rate", Expected::Rate)],
        "throttle(100/s)",
    ),
    timed("debounce", &[TIME], "debounce(50ms)"),
    timed("delay", &[TIME], "delay(1s)"),
    timed("sample", &[TIME], "sample(1s)"),
];

/// The operator of that name.
pub(crate) fn operator(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}
