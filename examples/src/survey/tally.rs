//! Records and troubles come in one by one, the survey goes out.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use electrician::Failure;

use super::count::Counts;
use super::digest::Digest;
use super::language::Language;
use super::ranking::{Ranked, Ranking};
use super::read::ReadError;
use super::record::Record;
use super::walk::{Found, WalkError};

/// How many of the slowest and of the largest files are kept.
pub const PLACES: usize = 10;

/// Folds records into a survey. Whatever the order they come in, the facts are the same.
///
/// It keeps the path of every file that is not empty, to say where a duplicate is.
#[derive(Debug)]
pub struct Tally {
    languages: BTreeMap<Language, Total>,
    places: HashMap<Digest, Vec<PathBuf>>,
    largest: Ranking<u64>,
    slowest: Ranking<Duration>,
    troubles: Vec<Trouble>,
}

/// What came out of a survey.
#[derive(Debug, Clone)]
pub struct Survey {
    /// What is so each time the same tree is surveyed.
    pub facts: Facts,
    /// The files that took longest to read, which differ from run to run.
    pub slowest: Vec<Ranked<Duration>>,
}

/// The part of a survey that depends on the tree alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Totals by language.
    pub languages: BTreeMap<Language, Total>,
    /// The largest files, the largest first.
    pub largest: Vec<Ranked<u64>>,
    /// Contents that occur more than once, those that waste most first.
    pub duplicates: Vec<Duplicate>,
    /// What could not be surveyed, by path.
    pub troubles: Vec<Trouble>,
}

/// The sums over some files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
    /// What is in them.
    pub counts: Counts,
}

/// Contents that occur more than once. Empty files do not count as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// Bytes of one copy.
    pub size: u64,
    /// Where the copies are, in order.
    pub paths: Vec<PathBuf>,
}

/// A path that could not be surveyed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    /// Where.
    pub path: PathBuf,
    /// Why, in words.
    pub reason: String,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            languages: BTreeMap::new(),
            places: HashMap::new(),
            largest: Ranking::new(PLACES),
            slowest: Ranking::new(PLACES),
            troubles: Vec::new(),
        }
    }
}

impl Tally {
    /// Takes a file in.
    pub fn add(&mut self, record: Record) {
        let size = record.digest.size;
        let total = self.languages.entry(record.language).or_default();
        *total = total.and(Total {
            files: 1,
            bytes: size,
            counts: record.counts,
        });
        self.largest.consider(size, &record.path);
        self.slowest.consider(record.took, &record.path);
        if size > 0 {
            self.places
                .entry(record.digest)
                .or_default()
                .push(record.path);
        }
    }

    /// Takes note of a path that could not be surveyed.
    pub fn note(&mut self, trouble: Trouble) {
        self.troubles.push(trouble);
    }

    /// The survey of all that was taken in.
    pub fn finish(mut self) -> Survey {
        self.troubles.sort_unstable();
        Survey {
            facts: Facts {
                languages: self.languages,
                largest: self.largest.finish(),
                duplicates: duplicates(self.places),
                troubles: self.troubles,
            },
            slowest: self.slowest.finish(),
        }
    }
}

fn duplicates(places: HashMap<Digest, Vec<PathBuf>>) -> Vec<Duplicate> {
    let mut found: Vec<_> = places
        .into_iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(digest, mut paths)| {
            paths.sort_unstable();
            Duplicate {
                size: digest.size,
                paths,
            }
        })
        .collect();
    found.sort_unstable_by(|a, b| {
        b.wasted()
            .cmp(&a.wasted())
            .then_with(|| a.paths.cmp(&b.paths))
    });
    found
}

impl Duplicate {
    /// Bytes that all copies but one take.
    pub fn wasted(&self) -> u64 {
        self.size * (self.paths.len() as u64 - 1)
    }
}

impl Total {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            bytes: self.bytes + other.bytes,
            counts: self.counts.and(other.counts),
        }
    }
}

impl Facts {
    /// The sums over all languages.
    pub fn total(&self) -> Total {
        self.languages
            .values()
            .copied()
            .fold(Total::default(), Total::and)
    }
}

impl Trouble {
    /// A found file that could not be read.
    pub fn reading(found: Found, error: &ReadError) -> Self {
        Self {
            path: found.path,
            reason: error.to_string(),
        }
    }
}

impl From<Failure<(), WalkError>> for Trouble {
    fn from(failure: Failure<(), WalkError>) -> Self {
        Self {
            path: failure
                .error()
                .map_or_else(PathBuf::new, |error| error.path().to_owned()),
            reason: failure.cause.to_string(),
        }
    }
}

impl From<Failure<Found, ReadError>> for Trouble {
    fn from(failure: Failure<Found, ReadError>) -> Self {
        Self {
            path: failure.item.path,
            reason: failure.cause.to_string(),
        }
    }
}

impl From<WalkError> for Trouble {
    fn from(error: WalkError) -> Self {
        Self {
            path: error.path().to_owned(),
            reason: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::read::Source;
    use super::super::record::count_text;
    use super::*;

    fn record(path: &str, text: &str, millis: u64) -> Record {
        let language = Language::of_path(Path::new(path)).unwrap_or(Language::OTHER);
        let took = Duration::from_millis(millis);
        count_text((
            language,
            Source {
                path: path.into(),
                bytes: text.into(),
                took,
            },
        ))
    }

    fn records() -> Vec<Record> {
        vec![
            record("a.rs", "fn a() {}\n", 3),
            record("b.rs", "fn b() {}\n\n", 9),
            record("c.txt", "fn a() {}\n", 1),
            record("empty.txt", "", 1),
            record("empty.md", "", 1),
        ]
    }

    fn survey(records: impl IntoIterator<Item = Record>) -> Survey {
        let mut tally = Tally::default();
        records.into_iter().for_each(|record| tally.add(record));
        tally.finish()
    }

    #[test]
    fn totals_are_sums_by_language() {
        let facts = survey(records()).facts;
        let rust = facts.languages[&Language::of_path(Path::new("x.rs")).expect("known")];
        assert_eq!((rust.files, rust.bytes), (2, 21));
        assert_eq!(
            (rust.counts.lines, rust.counts.blank, rust.counts.words),
            (3, 1, 6)
        );
        assert_eq!(facts.total().files, 5);
        assert_eq!(facts.total().counts.longest, 9);
    }

    #[test]
    fn duplicates_are_found_and_empty_files_are_none() {
        let facts = survey(records()).facts;
        let paths = vec![PathBuf::from("a.rs"), PathBuf::from("c.txt")];
        assert_eq!(facts.duplicates, [Duplicate { size: 10, paths }]);
        assert_eq!(facts.duplicates[0].wasted(), 10);
    }

    #[test]
    fn slowest_and_largest_lead() {
        let survey = survey(records());
        assert_eq!(survey.slowest[0].path, Path::new("b.rs"));
        assert_eq!(survey.facts.largest[0].path, Path::new("b.rs"));
        assert_eq!(survey.facts.largest[0].measure, 11);
    }

    #[test]
    fn order_changes_no_fact() {
        assert_eq!(
            survey(records()).facts,
            survey(records().into_iter().rev()).facts
        );
    }

    #[test]
    fn troubles_come_out_by_path() {
        let mut tally = Tally::default();
        for name in ["z", "a"] {
            tally.note(Trouble::reading(
                Found { path: name.into() },
                &ReadError::NotRegular,
            ));
        }
        let troubles = tally.finish().facts.troubles;
        assert_eq!(troubles[0].path, Path::new("a"));
        assert_eq!(troubles[1].reason, "not a regular file");
    }
}
