//! The sources as text: which codes are at the head of which sentences.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The workspace.
pub(super) const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

pub(super) fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files with this ending in a directory and in those inside of it, in order.
pub(super) fn files(directory: impl AsRef<Path>, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).expect("there is a directory") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(files(path, ending));
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Each `[E0204]` or `[W1001]` of a text, without its brackets.
pub(super) fn codes(text: &str) -> Vec<String> {
    let starts = text.match_indices('[');
    let words = starts.filter_map(|(at, _)| text.get(at + 1..at + 7));
    let words = words.filter_map(|word| word.strip_suffix(']'));
    let is_code = |word: &&str| {
        word.starts_with(['E', 'W']) && word[1..].bytes().all(|digit| digit.is_ascii_digit())
    };
    words.filter(is_code).map(str::to_owned).collect()
}

/// The code of each sentence in a directory of sources, as often as it stands there. What is only for tests has none.
pub(super) fn sentences(directory: &str) -> Vec<String> {
    let mut sources = files(format!("{ROOT}/{directory}"), "rs");
    sources.retain(|path| !is_for_tests(path));
    let texts = sources.iter().map(read);
    texts.flat_map(|text| heads(&text)).collect()
}

fn is_for_tests(path: &Path) -> bool {
    let path = path.to_string_lossy();
    ["/tests/", "/tests.rs", "/pages/", "/pages.rs"]
        .iter()
        .any(|part| path.contains(part))
}

/// The codes with which the string literals of a source begin.
fn heads(source: &str) -> Vec<String> {
    let literals = source.split("\"[").skip(1);
    literals
        .filter_map(|literal| codes(&format!("[{}", literal.get(..6)?)).pop())
        .collect()
}
