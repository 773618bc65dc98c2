//! The expansion as a file to read: formatted, each part headed by the line of the block that it comes from.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};

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
    let (mut text, mut lines) = (String::new(), formatted.lines());
    while let Some(line) = lines.next() {
        match line.split_once("__heading!(") {
            None => text.extend([line, "\n"]),
            Some((indent, start)) => text.extend(["\n", indent, "// ", &heading(start, &mut lines), "\n"]),
        }
    }
    text
}

/// The text of a `__heading!("…");` that the formatter may have broken into lines.
fn heading<'l>(start: &'l str, lines: &mut impl Iterator<Item = &'l str>) -> String {
    let mut call = start.to_owned();
    while !call.ends_with(");") {
        let Some(line) = lines.next() else { break };
        call.push_str(line.trim());
    }
    let literal = call.trim_end_matches(");").trim_end_matches(',');
    syn::parse_str(literal).map_or(call.clone(), |text: syn::LitStr| text.value())
}

/// Tokens on one line, apart where they are apart in the source.
pub(crate) fn one_line(tokens: &TokenStream) -> String {
    let mut line = Written { text: String::new(), end: None };
    line.write(tokens.clone());
    line.text
}

struct Written {
    text: String,
    /// Where the last token ends in the source.
    end: Option<LineColumn>,
}

impl Written {
    fn write(&mut self, tokens: TokenStream) {
        for tree in tokens {
            let TokenTree::Group(group) = tree else {
                self.token(&tree.to_string(), tree.span());
                continue;
            };
            let (open, close) = match group.delimiter() {
                Delimiter::Parenthesis => ("(", ")"),
                Delimiter::Brace => ("{", "}"),
                Delimiter::Bracket => ("[", "]"),
                Delimiter::None => ("", ""),
            };
            self.token(open, group.span_open());
            self.write(group.stream());
            self.token(close, group.span_close());
        }
    }

    fn token(&mut self, token: &str, span: Span) {
        if token.is_empty() {
            return;
        }
        if self.end.is_some_and(|end| end != span.start()) {
            self.text.push(' ');
        }
        self.text.push_str(token);
        self.end = Some(span.end());
    }
}
