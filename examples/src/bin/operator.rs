//! Watches a directory, and counts the words of the files that are put there, in a pipeline beside the watcher.
//!
//! It shows what a supervisor is for. The directory is not there at first: the watcher fails, says so, and goes on. One of the
//! files is no text: the pipeline fails and is started again, and the watcher keeps the files that it refuses meanwhile. In the
//! end both stop within one deadline; each of the other files was counted, and none of them twice.
//!
//! ```sh
//! cargo run -p examples --bin operator
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs, io, process};

use electrician::operator::{Ended, Operator, pipeline, worker};
use electrician::prelude::*;
use electrician::resilience::Restart;
use examples::intake::{UNFINISHED, Watcher};
use tokio::time::{sleep, timeout};

const FILES: usize = 200;
const TORN: usize = 50;
const PACE: Duration = Duration::from_millis(5);
const DEADLINE: Duration = Duration::from_secs(10);

/// How often each file was counted, and its words.
type Counts = Mutex<BTreeMap<PathBuf, (u32, usize)>>;

#[handler(blocking)]
fn read(path: PathBuf) -> io::Result<(PathBuf, String)> {
    let text = fs::read_to_string(&path)?;
    Ok((path, text))
}

#[handler]
fn count((path, text): (PathBuf, String), counts: &Counts) {
    let mut counts = counts.lock().expect("nobody panics who counts");
    let (times, words) = counts.entry(path).or_default();
    *times += 1;
    *words = text.split_whitespace().count();
}

pipeline! {
    /// Counts the words of files.
    pub Count(counts: Arc<Counts>) {
        input   files: PathBuf;
        handler read  = read { on_error: stop };
        handler count = count(counts);

        files -> read -> count;
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let directory = env::temp_dir().join(format!("electrician-operator-{}", process::id()));
    let counts = Arc::<Counts>::default();

    let operator = Operator::new();
    let again = Restart::up_to(5, Duration::from_mins(1)).backoff(PACE..10 * PACE);
    let counting = pipeline(Count::new(Arc::clone(&counts))).restart(again);
    let counting = operator.add("count", counting)?;
    let watching = {
        let (directory, counting) = (directory.clone(), counting.clone());
        worker(move || Watcher::new(&directory, PACE, &counting.files)).grace(DEADLINE)
    };
    let watcher = operator.add("watch", watching)?;
    assert!(operator.start_all().is_empty());

    let mut watch = operator.watch("watch")?;
    let failing = timeout(DEADLINE, watch.wait_for(|status| status.failures > 0)).await?;
    println!("{failing}");
    write_files(&directory).await?;
    let all_sent = async {
        while watcher.request((), DEADLINE).await? < FILES {
            sleep(PACE).await;
        }
        Ok::<_, Box<dyn Error>>(())
    };
    timeout(DEADLINE, all_sent).await??;
    let mut watch = operator.watch("count")?;
    timeout(DEADLINE, watch.wait_for(|status| status.restarts == 1)).await?;

    let report = operator.stop_all(DEADLINE).await;
    for status in operator.statuses() {
        println!("{status}");
    }
    println!("{report}");
    fs::remove_dir_all(&directory)?;

    assert!(report.is_clean());
    assert_eq!(report.worker("watch"), Some(Ended::Clean));
    let status = operator.status("count")?;
    assert_eq!((status.failures, status.restarts), (1, 1));
    let counts = counts.lock().expect("nobody panics who counts");
    assert_eq!(counts.len(), FILES - 1);
    for n in (0..FILES).filter(|n| *n != TORN) {
        assert_eq!(counts[&file(&directory, n)], (1, n));
    }
    Ok(())
}

/// File `n` has `n` words, but for the torn one, which is no text.
async fn write_files(directory: &Path) -> io::Result<()> {
    fs::create_dir(directory)?;
    for n in 0..FILES {
        let (path, text) = (file(directory, n), "word ".repeat(n));
        let unfinished = path.with_extension(UNFINISHED);
        match n {
            TORN => fs::write(&unfinished, [0xff])?,
            _ => fs::write(&unfinished, text)?,
        }
        fs::rename(&unfinished, path)?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

fn file(directory: &Path, n: usize) -> PathBuf {
    directory.join(format!("{n:03}.txt"))
}
