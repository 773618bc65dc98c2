//! The README shows one small pipeline beside its real expansion: this keeps the two in step.

use std::{env, fs};

use crate::{ast, check, diagnostics::Diagnostics, emit, graph, inspect};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
const QUICKSTART: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/src/bin/quickstart.rs"
);

/// The fenced block of this language that follows this line.
fn fenced<'r>(readme: &'r str, marker: &str, language: &str) -> &'r str {
    let (_, after) = readme
        .split_once(marker)
        .expect("the README has the marker");
    let (_, code) = after
        .split_once(&format!("```{language}\n"))
        .expect("a block follows it");
    let (code, _) = code.split_once("```").expect("the block ends");
    code
}

/// Writes the block anew where the environment says so, and compares it otherwise.
fn shows(marker: &str, language: &str, real: &str) {
    let readme = fs::read_to_string(README).expect("there is a README");
    let shown = fenced(&readme, marker, language);
    if env::var_os("UPDATE_README").is_some() {
        let from = shown.as_ptr() as usize - readme.as_ptr() as usize;
        let (before, after) = (&readme[..from], &readme[from + shown.len()..]);
        fs::write(README, format!("{before}{real}{after}")).expect("the README can be written");
        return;
    }
    assert_eq!(
        shown, real,
        "write it with `UPDATE_README=1 cargo test -p electrician-macros readme`"
    );
}

/// Does something with the graph of the block behind a marker, which must have no mistake.
fn with_graph<T>(marker: &str, read: impl FnOnce(&graph::Graph) -> T) -> T {
    let readme = fs::read_to_string(README).expect("there is a README");
    let file: syn::File =
        syn::parse_str(fenced(&readme, marker, "rust")).expect("the block is an item");
    let tokens = match &file.items[0] {
        syn::Item::Macro(pipeline) => pipeline.mac.tokens.clone(),
        other => panic!("a `pipeline!` block is expected, not {other:?}"),
    };
    let mut diagnostics = Diagnostics::default();
    let block = ast::parse(tokens, &mut diagnostics);
    let graph = graph::build(&block.pipelines[0], &mut diagnostics);
    check::check(&graph, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    read(&graph)
}

/// The function that puts a run together.
fn assembly(graph: &graph::Graph) -> String {
    let expansion = inspect::readable(&emit::emit(graph, true));
    let start = expansion
        .find("    fn assemble(")
        .expect("there is an assembly");
    let lines = expansion[start..].lines();
    let lines = lines.map(|line| line.strip_prefix("    ").unwrap_or(line));
    let body = lines
        .take_while(|line| *line != "}")
        .map(|line| format!("{line}\n"));
    body.collect::<String>() + "}\n"
}

#[test]
fn readme_shows_the_real_expansion() {
    shows(
        "<!-- expansion -->",
        "rust",
        &with_graph("<!-- block -->", assembly),
    );
}

#[test]
fn readme_shows_the_picture_of_its_first_block() {
    shows(
        "<!-- picture -->",
        "mermaid",
        &with_graph("<!-- first -->", graph::mermaid),
    );
}

#[test]
fn readme_begins_with_the_quickstart_word_for_word() {
    let readme = fs::read_to_string(README).expect("there is a README");
    let quickstart = fs::read_to_string(QUICKSTART).expect("there is a quickstart");
    let whole = fenced(&readme, "<!-- quickstart -->", "rust");
    assert!(
        quickstart.ends_with(whole),
        "all but the first line of the quickstart"
    );
    assert!(
        whole.contains(fenced(&readme, "<!-- first -->", "rust")),
        "its block"
    );
    assert!(quickstart.lines().count() < 40, "a program of one screen");
}
