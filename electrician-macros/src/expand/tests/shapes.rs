//! A number of stages comes in; a block of about so many goes out.

/// A way of wiring.
pub(super) struct Shape {
    pub(super) name: &'static str,
    pub(super) write: fn(usize) -> String,
}

pub(super) const SHAPES: [Shape; 9] = [
    Shape {
        name: "a chain of handlers",
        write: chain,
    },
    Shape {
        name: "a chain of operators",
        write: operators,
    },
    Shape {
        name: "a chain of protected pools",
        write: protected,
    },
    Shape {
        name: "pools with failures",
        write: failing,
    },
    Shape {
        name: "fused and protected",
        write: fused,
    },
    Shape {
        name: "a broadcast to all",
        write: broadcast,
    },
    Shape {
        name: "a route to all",
        write: route,
    },
    Shape {
        name: "a merge of all",
        write: merge,
    },
    Shape {
        name: "twenty names misspelt",
        write: misspelt,
    },
];

fn handlers(count: usize, options: &str) -> String {
    each(count, |at| {
        format!("handler stage_{at} = work(base) {options};\n")
    })
}

fn each(count: usize, text: impl Fn(usize) -> String) -> String {
    let texts: Vec<String> = (0..count).map(text).collect();
    texts.concat()
}

fn names(count: usize, before: &str, between: &str) -> String {
    let names: Vec<String> = (0..count).map(|at| format!("{before}{at}")).collect();
    names.join(between)
}

fn block(inside: &str) -> String {
    format!("Block(base: u64) {{ generator source = numbers(base);\n {inside} }}")
}

fn chain(stages: usize) -> String {
    let (declared, wired) = (handlers(stages, ""), names(stages, "stage_", " -> "));
    block(&format!("{declared} source -> {wired};"))
}

fn operators(stages: usize) -> String {
    let maps = "-> map(|item| item + 1) ".repeat(stages);
    block(&format!("source {maps} -> _;"))
}

fn protected(stages: usize) -> String {
    let options = "{ workers: 4, timeout: 1s, retry: { attempts: 3, idempotent }, on_error: skip }";
    let wired = names(stages, "stage_", " -> ");
    block(&format!("{} source -> {wired};", handlers(stages, options)))
}

fn failing(stages: usize) -> String {
    let options = "{ workers: 4, ordered, timeout: 1s, retry: { attempts: 3, idempotent } }";
    let wired = names(stages, "stage_", " -> ");
    let failures = each(stages, |at| format!("stage_{at}.error -> rest;\n"));
    block(&format!(
        "{} handler rest = reject(base); source -> {wired}; {failures}",
        handlers(stages, options)
    ))
}

fn fused(stages: usize) -> String {
    let options = "{ timeout: 1s, retry: { attempts: 3, idempotent }, on_error: skip }";
    let wired = names(stages, "stage_", " -> ");
    block(&format!("{} source -> {wired};", handlers(stages, options)))
}

fn broadcast(stages: usize) -> String {
    let (declared, wired) = (handlers(stages, ""), names(stages, "stage_", ", "));
    block(&format!("{declared} source -> [{wired}];"))
}

fn route(stages: usize) -> String {
    let arms = each(stages, |at| format!("{at} => stage_{at}, "));
    block(&format!(
        "{} source -> match {{ {arms} _ => _ }};",
        handlers(stages, "")
    ))
}

fn merge(stages: usize) -> String {
    let sources = each(stages, |at| {
        format!("generator from_{at} = numbers(base);\n")
    });
    block(&format!(
        "{sources} handler end = work(base); [source, {}] -> end;",
        names(stages, "from_", ", ")
    ))
}

fn misspelt(stages: usize) -> String {
    let wired = each(20, |at| format!("source_ -> stge_{at};\n"));
    block(&format!("{} {wired}", handlers(stages, "")))
}
