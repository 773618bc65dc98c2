//! A directory comes in, its survey goes out: the whole wiring in one block.

use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use electrician::prelude::*;
use tokio::task::spawn_blocking;

use super::kind::{Kind, sort_source};
use super::read::{ReadError, Source, read_file};
use super::record::{Record, count_text, weigh_binary};
use super::tally::{Survey, Tally, Trouble};
use super::walk::{Found, walk_tree};

pipeline! {
    /// Surveys the tree below `root`, reading no file of more than `limit` bytes.
    pub SurveyTree(root: PathBuf, limit: u64, tally: SharedTally) {
        defaults { buffer: 32, on_panic: { restarts: 1000, within: 1min } };

        generator walk  = walk_tree(root) { blocking };
        handler   read  = read_in_time(limit) {
            workers: 16, buffer: 1024,
            timeout: 10s,
            retry:   { attempts: 4, backoff: 10ms..1s, when: ReadError::is_transient, idempotent },
        };
        handler   sort  = sort_source;
        handler   count = count_text { workers: 4 };
        handler   weigh = weigh_binary { workers: 2 };
        handler   add   = add_record(tally);
        handler   note  = note_trouble(tally);

        walk -> read -> sort -> match {
            Kind::Text(language, source) => (language, source) -> count,
            Kind::Binary(source)         => source -> weigh,
        };
        [count, weigh]           -> add;
        [walk.error, read.error] -> note;
    }
}

/// Reads on a thread that waits for the disk. A read that hangs is left behind when its time is over.
#[handler]
async fn read_in_time(found: &Found, limit: u64) -> Result<Source, ReadError> {
    let found = found.clone();
    match spawn_blocking(move || read_file(&found, limit)).await {
        Ok(source) => source,
        Err(panicked) => resume_unwind(panicked.into_panic()),
    }
}

#[handler]
fn add_record(record: Record, tally: &SharedTally) {
    tally.lock().add(record);
}

#[handler]
fn note_trouble(trouble: Trouble, tally: &SharedTally) {
    tally.lock().note(trouble);
}

/// A tally that the pipeline fills and its owner takes. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct SharedTally(Arc<Mutex<Tally>>);

impl SharedTally {
    /// The survey of all that was taken in so far; the tally begins anew.
    pub fn finish(&self) -> Survey {
        std::mem::take(&mut *self.lock()).finish()
    }

    /// A record goes in whole or not at all, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
