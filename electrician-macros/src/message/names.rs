//! Family 02: names that are unknown, doubled, or of no use.

use super::{all, hint, list};

pub(crate) fn unknown_stage(name: &str, nearest: Option<&str>, operator: Option<&str>) -> String {
    let instead = match operator {
        _ if nearest.is_some() => hint(nearest),
        Some(example) => format!("; the operator is written `{example}`"),
        None => format!("; declare it with `handler {name} = …`"),
    };
    format!("[E0201] no stage is called `{name}`{instead}")
}

pub(crate) fn unknown_port(port: &str, stage: &str, nearest: Option<&str>) -> String {
    let ports = format!(
        "; there are `{stage}.error`, `{stage}.neutral` and `{stage}.overflow`, and `{stage}` alone"
    );
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        ports
    };
    format!("[E0202] a stage has no port `{port}`{tail}")
}

pub(crate) fn unknown_operator(name: &str, nearest: Option<&str>, known: &[&str]) -> String {
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        format!("; there are {}", all(known))
    };
    format!("[E0203] no operator is called `{name}`{tail}")
}

pub(crate) fn operator_is_a_stage(name: &str) -> String {
    format!(
        "[E0204] `{name}` is a stage, and takes its arguments where it is declared; write `-> {name}`"
    )
}

pub(crate) fn declared_twice(name: &str) -> String {
    format!("[E0205] two stages are called `{name}`; rename one")
}

pub(crate) fn never_wired(name: &str, keyword: &str) -> String {
    let example = match keyword {
        "generator" | "input" => format!("{name} -> stage"),
        "output" => format!("stage -> {name}"),
        _ => format!("source -> {name}"),
    };
    format!(
        "[E0206] `{name}` is declared and stands in no wiring; connect it with `{example}`, or remove it"
    )
}

pub(crate) fn unused_parameter(name: &str) -> String {
    format!("[E0207] no stage uses the parameter `{name}`; pass it to one, or remove it")
}

pub(crate) fn parameter_twice(name: &str) -> String {
    format!("[E0208] two parameters are called `{name}`; rename one")
}

pub(crate) fn stage_named_like_pipeline(name: &str) -> String {
    format!("[E0209] a stage cannot have the name of its pipeline, `{name}`; rename the stage")
}

pub(crate) fn pipeline_twice(name: &str) -> String {
    format!("[E0210] two pipelines of this block are called `{name}`; rename one")
}

pub(crate) fn unknown_option(
    name: &str,
    of: &str,
    nearest: Option<&str>,
    known: &[&str],
) -> String {
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        format!("; there are {}", all(known))
    };
    format!("[E0211] {of} has no option `{name}`{tail}")
}

pub(crate) fn option_twice(name: &str) -> String {
    format!("[E0212] `{name}` is written twice here; keep one")
}

pub(crate) fn unknown_word(
    word: &str,
    option: &str,
    nearest: Option<&str>,
    known: &[&str],
) -> String {
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        format!("; it can be {}", list(known))
    };
    format!("[E0213] `{word}` is no value of `{option}`{tail}")
}

pub(crate) fn reserved(name: &str, raw: bool) -> String {
    let other = if raw {
        format!("write `r#{name}`")
    } else {
        "choose another name".to_owned()
    };
    format!("[E0215] `{name}` is a word of Rust; {other}")
}

pub(crate) fn unknown_warning(code: &str, nearest: Option<&str>) -> String {
    let tail = if nearest.is_some() {
        hint(nearest)
    } else {
        format!("; there are {}", all(&super::WARNINGS))
    };
    format!("[E0216] no warning has the code `{code}`{tail}")
}

pub(crate) fn pipeline_without_stages(name: &str) -> String {
    format!(
        "[E0214] `{name}` has no stage; declare one with `generator name = path(arguments)`, and wire it"
    )
}
