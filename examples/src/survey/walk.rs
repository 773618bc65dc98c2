//! A directory comes in, the files below it go out, with an error for each place that cannot be seen.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use electrician::generator;
use walkdir::{DirEntry, WalkDir};

/// Directories in which version control keeps its own files.
const HIDDEN: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// Something below the root that is neither a directory nor a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
}

/// A place that the walk could not see.
#[derive(Debug)]
pub enum WalkError {
    /// A directory that cannot be listed, or a name that cannot be looked up.
    Unreadable {
        /// The place.
        path: PathBuf,
        /// What the system says about it.
        source: io::Error,
    },
    /// A link to something that is not there, or to itself.
    BrokenLink {
        /// The link.
        path: PathBuf,
        /// What the system says about it.
        source: io::Error,
    },
}

/// Walks the tree below `root`, in no particular order.
///
/// Links are not followed: what they point to counts where it lives, and only if that is below `root`.
/// So a link that leads to its own parent ends nowhere, and no file counts twice. A link that leads
/// nowhere is an error, and the walk goes on after every error.
///
/// The walk stays on the file system of `root`. What is mounted below it may be no disk at all: there are files
/// in `/proc` that look regular and never end.
#[generator]
pub fn walk_tree(root: &Path) -> impl Iterator<Item = Result<Found, WalkError>> + Send + use<> {
    let fallback = root.to_owned();
    WalkDir::new(root)
        .same_file_system(true)
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry))
        .filter_map(move |step| match step {
            Ok(entry) => look_at(entry),
            Err(error) => Some(Err(unreadable(error, &fallback))),
        })
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_dir()
        && HIDDEN.iter().any(|name| entry.file_name() == *name)
}

/// Directories and links that work are passed over.
fn look_at(entry: DirEntry) -> Option<Result<Found, WalkError>> {
    if entry.file_type().is_dir() {
        return None;
    }
    if !entry.file_type().is_symlink() {
        return Some(Ok(Found {
            path: entry.into_path(),
        }));
    }
    let source = entry.path().metadata().err()?;
    Some(Err(WalkError::BrokenLink {
        path: entry.into_path(),
        source,
    }))
}

fn unreadable(error: walkdir::Error, fallback: &Path) -> WalkError {
    let path = error.path().unwrap_or(fallback).to_owned();
    WalkError::Unreadable {
        path,
        source: error
            .into_io_error()
            .unwrap_or_else(|| io::Error::other("link loop")),
    }
}

impl WalkError {
    /// The place that could not be seen.
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. } | Self::BrokenLink { path, .. } => path,
        }
    }
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { source, .. } => write!(f, "cannot be listed: {source}"),
            Self::BrokenLink { source, .. } => write!(f, "link leads nowhere: {source}"),
        }
    }
}

impl std::error::Error for WalkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } | Self::BrokenLink { source, .. } => Some(source),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn walked(root: &Path) -> (Vec<PathBuf>, Vec<WalkError>) {
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        for step in walk_tree(root) {
            match step {
                Ok(found) => files.push(
                    found
                        .path
                        .strip_prefix(root)
                        .expect("below the root")
                        .to_owned(),
                ),
                Err(error) => errors.push(error),
            }
        }
        files.sort();
        (files, errors)
    }

    #[test]
    fn finds_files_at_every_depth() {
        let dir = TempDir::new().expect("temp dir");
        fs::create_dir_all(dir.path().join("a/b/empty")).expect("directories");
        fs::write(dir.path().join("top"), "").expect("file");
        fs::write(dir.path().join("a/b/.deep"), "").expect("file");
        let (files, errors) = walked(dir.path());
        assert_eq!(files, [PathBuf::from("a/b/.deep"), PathBuf::from("top")]);
        assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn leaves_version_control_alone() {
        let dir = TempDir::new().expect("temp dir");
        fs::create_dir_all(dir.path().join("sub/.git")).expect("directories");
        fs::write(dir.path().join("sub/.git/HEAD"), "").expect("file");
        fs::write(dir.path().join(".gitignore"), "").expect("file");
        assert_eq!(walked(dir.path()).0, [PathBuf::from(".gitignore")]);
    }

    #[test]
    fn missing_root_is_one_error() {
        let dir = TempDir::new().expect("temp dir");
        let missing = dir.path().join("missing");
        let (files, errors) = walked(&missing);
        assert!(files.is_empty());
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].path(), missing);
        assert!(errors[0].to_string().starts_with("cannot be listed: "));
    }

    #[cfg(unix)]
    #[test]
    fn broken_links_are_errors_and_the_walk_goes_on() {
        use std::os::unix::fs::symlink;

        let dir = TempDir::new().expect("temp dir");
        symlink("nothing", dir.path().join("broken")).expect("link");
        symlink("itself", dir.path().join("itself")).expect("link");
        fs::write(dir.path().join("z"), "").expect("file");
        let (files, errors) = walked(dir.path());
        assert_eq!(files, [PathBuf::from("z")]);
        assert_eq!(errors.len(), 2);
        assert!(
            errors
                .iter()
                .all(|error| matches!(error, WalkError::BrokenLink { .. }))
        );
    }

    #[cfg(unix)]
    #[test]
    fn link_loops_end_and_nothing_counts_twice() {
        use std::os::unix::fs::symlink;

        let dir = TempDir::new().expect("temp dir");
        fs::create_dir_all(dir.path().join("a/b")).expect("directories");
        fs::write(dir.path().join("a/file"), "").expect("file");
        symlink("../..", dir.path().join("a/b/up")).expect("link");
        symlink("a/file", dir.path().join("again")).expect("link");
        let (files, errors) = walked(dir.path());
        assert_eq!(files, [PathBuf::from("a/file")]);
        assert!(errors.is_empty(), "{errors:?}");
    }
}
