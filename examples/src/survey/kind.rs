//! A file that was read comes in, and goes out as what it is: text in some language, or binary.

use std::path::Path;

use electrician::handler;

use super::language::Language;
use super::read::Source;

/// How far into a file a zero byte is looked for.
const PEEK: usize = 8 << 10;

/// Formats that may begin like text.
const BINARY: [&str; 12] = [
    "7z", "bin", "bz2", "gz", "jpeg", "jpg", "pdf", "png", "wasm", "woff2", "xz", "zip",
];

/// A file by what is to be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Lines and words in a language.
    Text(Language, Source),
    /// Bytes, of which only the number is known.
    Binary(Source),
}

/// Tells text from binary, and one language from another, by name and by contents.
///
/// An empty file is text. A name that promises text does not make a file with zero bytes text.
#[handler]
pub fn sort_source(source: Source) -> Kind {
    if is_binary(&source) {
        return Kind::Binary(source);
    }
    let language = Language::of_path(&source.path)
        .or_else(|| Language::of_script(&source.bytes))
        .unwrap_or(Language::OTHER);
    Kind::Text(language, source)
}

fn is_binary(source: &Source) -> bool {
    source.bytes.iter().take(PEEK).any(|&byte| byte == 0)
        || (!source.bytes.is_empty() && is_named_binary(&source.path))
}

fn is_named_binary(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("");
    BINARY
        .iter()
        .any(|name| name.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sorted(path: &str, bytes: &[u8]) -> &'static str {
        match sort_source(Source {
            path: path.into(),
            bytes: bytes.to_vec(),
            took: Duration::ZERO,
        }) {
            Kind::Text(language, _) => language.name(),
            Kind::Binary(_) => "binary",
        }
    }

    #[test]
    fn contents_overrule_the_name() {
        assert_eq!(sorted("a.rs", b"fn main() {}"), "Rust");
        assert_eq!(sorted("a.rs", b"\x7fELF\0\0"), "binary");
    }

    #[test]
    fn name_decides_where_contents_look_like_text() {
        assert_eq!(sorted("a.PDF", b"%PDF-1.7"), "binary");
        assert_eq!(sorted("a.unknown", b"some text"), "(other text)");
    }

    #[test]
    fn script_without_extension_has_a_language() {
        assert_eq!(sorted("run", b"#!/usr/bin/env bash\n"), "Shell");
        assert_eq!(sorted("run.py", b"#!/usr/bin/env bash\n"), "Python");
    }

    #[test]
    fn empty_file_is_text() {
        assert_eq!(sorted("empty.png", b""), "(other text)");
    }

    #[test]
    fn invalid_utf8_is_still_text() {
        assert_eq!(sorted("latin1.txt", b"caf\xe9\n"), "Plain text");
    }
}
