//! Goal 14: whether the word `unsafe` is a token of the engine, or of what a pipeline expands to.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};

use crate::{
    bench::Bench,
    compile,
    row::{Limit::Absent, Row},
};

#[allow(clippy::cast_precision_loss, reason = "a handful of words")]
pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../electrician/src");
    let mut rows = vec![(
        "`unsafe` in the sources of the runtime",
        words_below(&sources),
    )];
    if bench.build {
        let words = compile::expansion().and_then(|directory| words_below(&directory));
        rows.push(("`unsafe` in an expansion", words));
    }
    rows.into_iter()
        .map(|(work, words)| {
            let words = words.unwrap_or_else(|error| panic!("{work}: {error}"));
            Row::single(14, work, "–", Absent, words as f64)
        })
        .collect()
}

/// How often the word stands in the Rust files of a directory.
fn words_below(directory: &Path) -> io::Result<usize> {
    let files = rust_files(directory)?;
    if files.is_empty() {
        return Err(io::Error::other(format!(
            "no sources in {}",
            directory.display()
        )));
    }
    files.iter().map(|file| words_in(file)).sum()
}

fn rust_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

fn words_in(file: &Path) -> io::Result<usize> {
    let tokens: TokenStream = fs::read_to_string(file)?
        .parse()
        .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
    Ok(count(tokens))
}

fn count(tokens: TokenStream) -> usize {
    let of = |token| match token {
        TokenTree::Group(group) => count(group.stream()),
        TokenTree::Ident(word) => usize::from(word == "unsafe"),
        TokenTree::Punct(_) | TokenTree::Literal(_) => 0,
    };
    tokens.into_iter().map(of).sum()
}
