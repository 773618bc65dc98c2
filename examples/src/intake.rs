//! A directory comes in, the files that are put there go out, each of them once.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use electrician::Input;
use electrician::operator::{Ran, Worker};
use electrician::stage::BoxError;
use tokio::task::spawn_blocking;

/// A file with this ending is still being written.
pub const UNFINISHED: &str = "part";

/// Watches a directory, and sends what is new there into a pipeline. Asked, it says how many files it has sent.
///
/// It polls: that works on every file system, and what happens while it is not looking is not missed.
#[derive(Debug)]
pub struct Watcher {
    directory: PathBuf,
    pace: Duration,
    files: Input<PathBuf>,
    sent: BTreeSet<PathBuf>,
}

impl Watcher {
    /// Looks into the directory once a `pace`.
    pub fn new(directory: &Path, pace: Duration, files: &Input<PathBuf>) -> Self {
        Self {
            directory: directory.to_owned(),
            pace,
            files: files.clone(),
            sent: BTreeSet::new(),
        }
    }

    async fn send_what_is_new(&mut self) -> Result<(), BoxError> {
        let directory = self.directory.clone();
        let there = spawn_blocking(move || list(&directory)).await??;
        for path in there {
            if !self.sent.contains(&path) {
                self.files.send(path.clone()).await?;
                self.sent.insert(path);
            }
        }
        Ok(())
    }
}

impl Worker for Watcher {
    type Message = ();
    type Reply = usize;

    async fn run(&mut self) -> Ran {
        match self.send_what_is_new().await {
            Ok(()) => Ran::Idle(self.pace),
            Err(error) => Ran::Failed(error, self.pace),
        }
    }

    async fn receive(&mut self, (): ()) -> Result<usize, BoxError> {
        Ok(self.sent.len())
    }
}

/// The finished files of a directory.
fn list(directory: &Path) -> io::Result<BTreeSet<PathBuf>> {
    let mut files = BTreeSet::new();
    for entry in directory.read_dir()? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != UNFINISHED) {
            files.insert(path);
        }
    }
    Ok(files)
}
