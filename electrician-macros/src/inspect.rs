//! The expansion as a file to read: formatted, each part headed by the line of the block that it comes from.

use std::{
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::{Delimiter, LineColumn, Span, TokenStream, TokenTree};

use crate::ast::plain;
use crate::emit;
use crate::graph::{Graph, mermaid};

/// The variable that names the directory to write to.
const VARIABLE: &str = "ELECTRICIAN_INSPECT";

/// Writes `<Pipeline>.rs` and `<Pipeline>.mmd`, if the block or the environment asks for them. What cannot be written is said on
/// standard error: a build does not fail of it.
pub(crate) fn write_if_asked(graph: &Graph) {
    if !graph.pipeline.inspect && env::var_os(VARIABLE).is_none() {
        return;
    }
    let name = plain(&graph.pipeline.name);
    let directory = directory(|variable| env::var_os(variable));
    let expansion = readable(&emit::emit(graph, true));
    if let Err(error) = write_files(&directory, &name, &expansion, &mermaid(graph)) {
        eprintln!(
            "electrician: cannot write the expansion of `{name}` to {}: {error}",
            directory.display()
        );
    }
}

fn write_files(directory: &Path, name: &str, expansion: &str, drawing: &str) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join(format!("{name}.rs")), expansion)?;
    fs::write(directory.join(format!("{name}.mmd")), drawing)
}

/// What the variable says, or `electrician` in the target directory.
fn directory(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    if let Some(directory) = variable(VARIABLE) {
        return directory.into();
    }
    let manifest = variable("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    let target = variable("CARGO_TARGET_DIR").map_or_else(|| beside_lock(&manifest), PathBuf::from);
    target.join("electrician")
}

/// The target directory beside the lock file.
fn beside_lock(manifest: &Path) -> PathBuf {
    let root = manifest
        .ancestors()
        .find(|directory| directory.join("Cargo.lock").exists());
    root.unwrap_or(manifest).join("target")
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
            Some((indent, start)) => {
                text.extend(["\n", indent, "// ", &heading(start, &mut lines), "\n"]);
            }
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
    let mut line = Written {
        text: String::new(),
        end: None,
    };
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

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use super::*;

    #[test]
    fn writes_where_it_is_told() {
        let at = |told: &[(&str, &str)]| {
            let told: Vec<_> = told
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            directory(|wanted| {
                told.iter()
                    .find(|(name, _)| name == wanted)
                    .map(|(_, value)| value.into())
            })
        };
        let (target, manifest) = (
            ("CARGO_TARGET_DIR", "/out"),
            ("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR")),
        );
        assert_eq!(
            at(&[(VARIABLE, "/here"), target, manifest]),
            Path::new("/here")
        );
        assert_eq!(at(&[target, manifest]), Path::new("/out/electrician"));
        assert!(at(&[manifest]).ends_with("target/electrician"));
        assert!(
            at(&[manifest])
                .parent()
                .and_then(Path::parent)
                .is_some_and(|root| root.join("Cargo.lock").exists())
        );
    }

    #[test]
    fn headings_become_comments_however_long_they_are() {
        let long = "word ".repeat(40);
        let tokens = format!(
            "fn f() {{ __heading!(\"short; \\\"quoted\\\"\"); a(); __heading!(\"{long}\"); b(); }}"
        );
        let text = readable(&TokenStream::from_str(&tokens).expect("the case is made of tokens"));
        assert_eq!(
            text,
            format!(
                "fn f() {{\n\n    // short; \"quoted\"\n    a();\n\n    // {long}\n    b();\n}}\n"
            )
        );
    }

    #[test]
    fn a_line_is_spaced_as_it_is_written() {
        let source = "handler  a = b::c(&x.y, -1)\n    { workers: 4, key: |o| o.id, };";
        let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
        assert_eq!(
            one_line(&tokens),
            "handler a = b::c(&x.y, -1) { workers: 4, key: |o| o.id, };"
        );
    }
}
