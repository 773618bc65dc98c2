//! The expansion as a file to read: formatted, each part headed by the line of the block that it comes from.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::TokenStream;

use crate::ast::{Pipeline, plain};
use crate::graph::{Graph, mermaid};

/// The variable that names the directory to write to.
const VARIABLE: &str = "ELECTRICIAN_INSPECT";

/// Whether the block or the environment asks for the expansion.
pub(crate) fn is_asked(pipeline: &Pipeline) -> bool {
    pipeline.inspect || env::var_os(VARIABLE).is_some()
}

/// Writes `<Pipeline>.rs` and `<Pipeline>.mmd`. What cannot be written is said on standard error: a build does not fail of
/// it.
pub(crate) fn write(graph: &Graph, expansion: &TokenStream) {
    let name = plain(&graph.pipeline.name);
    let directory = directory();
    if let Err(error) = write_files(&directory, &name, &readable(expansion), &mermaid(graph)) {
        eprintln!("electrician: cannot write the expansion of `{name}` to {}: {error}", directory.display());
    }
}

fn write_files(directory: &Path, name: &str, expansion: &str, drawing: &str) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join(format!("{name}.rs")), expansion)?;
    fs::write(directory.join(format!("{name}.mmd")), drawing)
}

/// What the variable says, or `electrician` in the target directory.
fn directory() -> PathBuf {
    if let Some(directory) = env::var_os(VARIABLE) {
        return directory.into();
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(default_target, PathBuf::from);
    target.join("electrician")
}

/// The target directory beside the lock file.
fn default_target() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let root = manifest.ancestors().find(|directory| directory.join("Cargo.lock").exists());
    root.unwrap_or(&manifest).join("target")
}

/// Formats an expansion; its headings become comments.
pub(crate) fn readable(expansion: &TokenStream) -> String {
    let formatted = match syn::parse2::<syn::File>(expansion.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(_) => expansion.to_string(),
    };
    let lines = formatted.lines().map(|line| match heading(line) {
        Some((indent, text)) => format!("\n{indent}// {text}\n"),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// The text of a `__heading!("…");`, and what stands before it.
fn heading(line: &str) -> Option<(&str, String)> {
    let (indent, rest) = line.split_once("__heading!(")?;
    let literal: syn::LitStr = syn::parse_str(rest.strip_suffix(");")?).ok()?;
    Some((indent, literal.value()))
}

/// Tokens on one line, spaced as one would write them.
pub(crate) fn one_line(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (spaced, tight) in [
        (" ;", ";"), (" ,", ","), (" (", "("), ("( ", "("), (" )", ")"), (" .", "."), (". ", "."), (" :", ":"),
        (":: ", "::"), (" ::", "::"), ("[ ", "["), (" ]", "]"), ("& ", "&"), (" !", "!"), (" ?", "?"), ("| | ", "|| "),
    ] {
        line = line.replace(spaced, tight);
    }
    line
}
