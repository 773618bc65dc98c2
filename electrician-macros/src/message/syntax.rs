//! Family 01: what could not be read.

pub(crate) fn rust(said: &str) -> String {
    format!("[E0101] {said}")
}

pub(crate) fn expected(what: &str) -> String {
    format!("[E0102] expected {what}")
}

pub(crate) fn missing_semicolon() -> String {
    "[E0103] a statement ends with `;`, and an arrow is `->`; one of them is missing before this"
        .to_owned()
}

pub(crate) fn missing_arrow(nearest: Option<&str>) -> String {
    let tail = match nearest {
        Some(keyword) => format!("; or is the first word meant to be `{keyword}`?"),
        None => {
            "; a declaration starts with `generator`, `handler`, `pipeline`, `input` or `output`"
                .to_owned()
        }
    };
    format!("[E0104] expected an arrow, `a -> b;`{tail}")
}

pub(crate) fn other_arrow(written: &str) -> String {
    let why = match written {
        "=>" => "`=>` stands behind the pattern of an arm",
        _ => "items go from left to right",
    };
    format!("[E0117] an arrow of the wiring is `->`; {why}")
}

pub(crate) fn parameter_without_type(name: &str) -> String {
    format!("[E0118] expected the type of the parameter; write `{name}: Type`")
}

pub(crate) fn with_inside_chain() -> String {
    "[E0105] `with { … }` belongs to the last arrow of a statement; write the rest of the chain as a statement of its own"
        .to_owned()
}

pub(crate) fn closure_not_allowed(keyword: &str, name: &str) -> String {
    format!(
        "[E0106] only a handler can be a closure; write a function, and `{keyword} {name} = path(arguments)`"
    )
}

pub(crate) fn closure_needs_parentheses() -> String {
    "[E0107] a closure that is followed by options stands in parentheses: `handler double = (|x: u64| x * 2) { … }`"
        .to_owned()
}

pub(crate) fn expected_callee(keyword: &str, name: &str) -> String {
    format!("[E0108] expected what `{name}` runs; write `{keyword} {name} = path(arguments)`")
}

pub(crate) fn missing_type(keyword: &str, name: &str) -> String {
    format!("[E0109] expected the type of its items; write `{keyword} {name}: Type`")
}

pub(crate) fn arm_without_target() -> String {
    "[E0110] this arm leads nowhere; an arm is `PATTERN => stage`, `PATTERN => value -> stage` or `PATTERN => _`".to_owned()
}

pub(crate) fn match_without_arms() -> String {
    "[E0111] a route needs arms; write `match { PATTERN => stage, _ => _ }`".to_owned()
}

pub(crate) fn pipeline_without_name() -> String {
    "[E0112] expected the name of a pipeline; a block holds `Name(param: Type) { … }`, once or several times".to_owned()
}

pub(crate) fn pipeline_without_body() -> String {
    "[E0113] expected the pipeline's stages in braces: `Name(param: Type) { … }`".to_owned()
}

pub(crate) fn pipeline_header() -> String {
    "[E0114] unexpected in the head of a pipeline, which is `Name<Generics>(param: Type) where … { … }`".to_owned()
}

pub(crate) fn unknown_inner_attribute() -> String {
    "[E0115] unknown attribute of a block; there are `#![inspect]`, `#![allow(W0401)]` and `#![crate_path = path]`"
        .to_owned()
}

pub(crate) fn attribute_on_statement() -> String {
    "[E0116] only doc comments can stand here; the wiring is the same in every build, so leave the attribute out"
        .to_owned()
}
