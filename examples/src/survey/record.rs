//! A sorted file comes in, the one line that the survey keeps of it goes out.

use std::path::PathBuf;
use std::time::Duration;

use electrician::handler;

use super::count::{Counts, count_lines};
use super::digest::Digest;
use super::kind::Kind;
use super::language::Language;
use super::read::Source;

/// What the survey keeps of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub language: Language,
    /// What is in it; nothing for a binary.
    pub counts: Counts,
    /// Its size and its fingerprint.
    pub digest: Digest,
    /// How long it took to read.
    pub took: Duration,
}

/// Counts the lines and words of a text.
#[handler]
pub fn count_text((language, source): (Language, Source)) -> Record {
    let counts = count_lines(&source.bytes);
    record(source, language, counts)
}

/// Weighs a binary, of which nothing can be counted.
#[handler]
pub fn weigh_binary(source: Source) -> Record {
    record(source, Language::BINARY, Counts::default())
}

/// Does for either kind what is to be done with it.
pub fn record_kind(kind: Kind) -> Record {
    match kind {
        Kind::Text(language, source) => count_text((language, source)),
        Kind::Binary(source) => weigh_binary(source),
    }
}

fn record(source: Source, language: Language, counts: Counts) -> Record {
    Record {
        digest: Digest::of(&source.bytes),
        path: source.path,
        language,
        counts,
        took: source.took,
    }
}
