//! A directory comes in, its survey goes out: one loop, one thread, no pipeline.

use std::path::Path;

use super::kind::sort_source;
use super::read::{Source, read_file};
use super::record::record_kind;
use super::tally::{Survey, Tally, Trouble};
use super::walk::{Found, walk_tree};

/// Surveys the tree below `root`, reading no file of more than `limit` bytes.
///
/// The steps are the very ones that a pipeline is made of, so the facts of both must be equal.
pub fn survey_plainly(root: &Path, limit: u64) -> Survey {
    let mut tally = Tally::default();
    for step in walk_tree(root) {
        match step
            .map_err(Trouble::from)
            .and_then(|found| read(found, limit))
        {
            Ok(source) => tally.add(record_kind(sort_source(source))),
            Err(trouble) => tally.note(trouble),
        }
    }
    tally.finish()
}

fn read(found: Found, limit: u64) -> Result<Source, Trouble> {
    read_file(&found, limit).map_err(|error| Trouble::reading(found, &error))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use tempfile::TempDir;

    use super::super::forest::plant;
    use super::super::language::Language;
    use super::super::read::LIMIT;
    use super::*;

    fn survey_agrees_with_what_was_planted(files: u64) {
        let dir = TempDir::new().expect("temp dir");
        let planted = plant(dir.path(), files).expect("planted");
        let facts = survey_plainly(dir.path(), LIMIT).facts;
        assert_eq!(facts.total(), planted.total);
        assert_eq!(
            facts.languages[&Language::of_path(Path::new("x.rs")).expect("known")].files,
            planted.rust
        );
        assert_eq!(facts.duplicates.len() as u64, planted.duplicates);
        assert!(facts.troubles.is_empty(), "{:?}", facts.troubles);
        assert_eq!(survey_plainly(dir.path(), LIMIT).facts, facts);
    }

    #[test]
    fn finds_what_was_planted() {
        survey_agrees_with_what_was_planted(2_000);
    }

    #[test]
    fn trouble_with_one_file_is_noted_and_the_rest_counts() {
        let dir = TempDir::new().expect("temp dir");
        fs::write(dir.path().join("large.txt"), "123456789").expect("file");
        fs::write(dir.path().join("small.txt"), "12345").expect("file");
        let facts = survey_plainly(dir.path(), 5).facts;
        assert_eq!(facts.total().files, 1);
        let expected = Trouble {
            path: dir.path().join("large.txt"),
            reason: "larger than 5 bytes".to_owned(),
        };
        assert_eq!(facts.troubles, [expected]);
    }

    #[cfg(unix)]
    #[test]
    fn hostile_tree_is_survived() {
        use std::os::unix::ffi::OsStrExt;
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;

        let dir = TempDir::new().expect("temp dir");
        let at = |name: &[u8]| dir.path().join(std::ffi::OsStr::from_bytes(name));
        symlink(".", at(b"loop")).expect("link");
        symlink("nothing", at(b"broken")).expect("link");
        let _socket = UnixListener::bind(at(b"socket")).expect("socket");
        fs::write(at(b"name\xff.rs"), b"\xff\n").expect("file");
        fs::write(at(b"line\nbreak.rs"), b"").expect("file");

        let facts = survey_plainly(dir.path(), LIMIT).facts;
        assert_eq!((facts.total().files, facts.total().counts.invalid), (2, 1));
        let paths: Vec<PathBuf> = facts
            .troubles
            .into_iter()
            .map(|trouble| trouble.path)
            .collect();
        assert_eq!(paths, [at(b"broken"), at(b"socket")]);
    }

    #[test]
    fn missing_root_is_a_trouble() {
        let facts = survey_plainly(Path::new("/nothing/is/here"), LIMIT).facts;
        assert_eq!((facts.total().files, facts.troubles.len()), (0, 1));
    }
}
