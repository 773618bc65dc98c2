//! What the survey's pipeline promises: the facts of the plain loop, whatever the tree, and an end in good order.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use electrician::Report;
use electrician::pipeline::Outcome;
use examples::survey::forest::plant;
use examples::survey::pipeline::{SharedTally, SurveyTree};
use examples::survey::plain::survey_plainly;
use examples::survey::read::LIMIT;
use examples::survey::{Facts, Survey};
use tempfile::TempDir;

async fn survey(root: &Path, limit: u64) -> (Survey, Report) {
    let tally = SharedTally::default();
    let running = SurveyTree::new(root.to_owned(), limit, tally.clone())
        .start()
        .expect("started");
    let report = running.wait().await;
    (tally.finish(), report)
}

/// Surveys the tree in both ways.
async fn agrees(root: &Path, limit: u64) -> Facts {
    let (survey, report) = survey(root, limit).await;
    assert!(report.is_clean(), "{report}");
    report.balance().expect("every item is accounted for");
    assert_eq!(survey.facts, survey_plainly(root, limit).facts);
    survey.facts
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_what_the_plain_loop_finds() {
    let dir = TempDir::new().expect("temp dir");
    let planted = plant(dir.path(), 2_000).expect("planted");
    let facts = agrees(dir.path(), LIMIT).await;
    assert_eq!(facts.total(), planted.total);
    assert_eq!(facts.duplicates.len() as u64, planted.duplicates);
}

#[tokio::test]
async fn one_thread_is_enough() {
    let dir = TempDir::new().expect("temp dir");
    plant(dir.path(), 500).expect("planted");
    agrees(dir.path(), LIMIT).await;
}

#[tokio::test]
async fn empty_and_missing_trees_come_to_an_end() {
    let dir = TempDir::new().expect("temp dir");
    assert_eq!(agrees(dir.path(), LIMIT).await, Facts::default());
    let missing = agrees(&dir.path().join("missing"), LIMIT).await;
    assert_eq!(missing.troubles.len(), 1);
}

#[tokio::test]
async fn large_files_are_errors_and_the_rest_counts() {
    let dir = TempDir::new().expect("temp dir");
    plant(dir.path(), 1_000).expect("planted");
    let facts = agrees(dir.path(), 300).await;
    assert!(
        facts.troubles.len() > 100 && facts.total().files > 100,
        "{facts:?}"
    );
    assert!(
        facts
            .troubles
            .iter()
            .all(|trouble| trouble.reason == "larger than 300 bytes")
    );
}

#[cfg(unix)]
#[tokio::test]
async fn hostile_tree_is_survived() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    let dir = TempDir::new().expect("temp dir");
    plant(dir.path(), 300).expect("planted");
    let at = |name: &[u8]| dir.path().join(OsStr::from_bytes(name));
    symlink(".", at(b"loop")).expect("link");
    symlink("itself", at(b"itself")).expect("link");
    symlink("nothing", at(b"broken")).expect("link");
    let _socket = UnixListener::bind(at(b"socket")).expect("socket");
    let _ = std::process::Command::new("mkfifo")
        .arg(at(b"fifo"))
        .status(); // where there is such a command
    fs::write(at(b"name\xff.rs"), b"\xff\n").expect("file");
    fs::write(at(b"line\nbreak.rs"), b"").expect("file");
    fs::write(at(b"one-line.txt"), vec![b'x'; 1 << 20]).expect("file");
    fs::write(at(b"secret.txt"), b"secret").expect("file");
    fs::set_permissions(at(b"secret.txt"), fs::Permissions::from_mode(0o000)).expect("permissions");
    fs::create_dir(at(b"locked")).expect("directory");
    fs::set_permissions(at(b"locked"), fs::Permissions::from_mode(0o000)).expect("permissions");

    let facts = agrees(dir.path(), LIMIT).await;
    fs::set_permissions(at(b"locked"), fs::Permissions::from_mode(0o700)).expect("permissions");
    for name in [b"itself".as_slice(), b"broken", b"socket"] {
        assert!(
            facts
                .troubles
                .iter()
                .any(|trouble| trouble.path == at(name)),
            "{:?}",
            facts.troubles
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tree_that_goes_away_meanwhile_is_survived() {
    let dir = TempDir::new().expect("temp dir");
    plant(dir.path(), 3_000).expect("planted");
    let tally = SharedTally::default();
    let running = SurveyTree::new(dir.path().to_owned(), LIMIT, tally.clone())
        .start()
        .expect("started");
    fs::remove_dir_all(dir.path()).expect("removed");
    let report = running.wait().await;
    assert!(report.is_clean(), "{report}");
    let facts = tally.finish().facts;
    let found = report.stage("walk").expect("declared").stats.received;
    assert_eq!(found, facts.total().files + facts.troubles.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn drain_ends_the_walk_and_keeps_what_was_found() {
    let dir = TempDir::new().expect("temp dir");
    plant(dir.path(), 10_000).expect("planted");
    let tally = SharedTally::default();
    let running = SurveyTree::new(dir.path().to_owned(), LIMIT, tally.clone())
        .start()
        .expect("started");
    while running.stages().add.stats().received == 0 {
        tokio::task::yield_now().await;
    }
    let report = running.drain(Duration::from_mins(1)).await;
    assert!(matches!(report.outcome, Outcome::Drained), "{report}");
    assert!(report.is_clean(), "{report}");
    let files = tally.finish().facts.total().files;
    assert_eq!(
        files,
        report.stage("walk").expect("declared").stats.received
    );
    assert!((1..10_000).contains(&files), "{files}");
}

#[tokio::test(flavor = "multi_thread")]
async fn big_tree_agrees_with_the_plain_loop() {
    let dir = TempDir::new().expect("temp dir");
    let planted = plant(dir.path(), 100_000).expect("planted");
    let began = Instant::now();
    let plain = survey_plainly(dir.path(), LIMIT);
    let alone = began.elapsed();
    let began = Instant::now();
    let (piped, report) = survey(dir.path(), LIMIT).await;
    println!(
        "plain {alone:.2?}, pipeline {:.2?}\n{report}",
        began.elapsed()
    );
    assert_eq!(piped.facts, plain.facts);
    assert_eq!(piped.facts.total(), planted.total);
}

/// The program itself, which is told to stop in the middle of a big tree.
#[cfg(target_os = "linux")]
mod program {
    use std::process::{Child, Command, Output, Stdio};

    use super::*;

    const FILES: u64 = 10_000;

    fn program(root: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_survey"));
        command
            .arg(root)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn said(output: &Output) -> String {
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    }

    /// The number of files in the line of the totals.
    fn files(table: &str) -> u64 {
        let total = table
            .lines()
            .find(|line| line.starts_with("total "))
            .expect("a line of totals");
        let files = total.split_whitespace().nth(1).expect("a number of files");
        files.replace(',', "").parse().expect("a number")
    }

    /// Waits until the program handles Ctrl-C and has read some files.
    fn wait_until_it_reads(child: &Child) {
        let about = |file: &str, field: &str| {
            let text =
                fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
            text.lines()
                .find_map(|line| {
                    line.strip_prefix(field)
                        .map(|value| value.trim().to_owned())
                })
                .unwrap_or_default()
        };
        let handles_it = || {
            u64::from_str_radix(&about("status", "SigCgt:"), 16).is_ok_and(|caught| caught & 2 != 0)
        };
        let has_read = || {
            about("io", "rchar:")
                .parse::<u64>()
                .is_ok_and(|bytes| bytes > 50_000)
        };
        while !(handles_it() && has_read()) {
            std::thread::yield_now();
        }
    }

    #[test]
    fn ctrl_c_drains_and_prints_the_table() {
        let dir = TempDir::new().expect("temp dir");
        plant(dir.path(), FILES).expect("planted");
        let child = program(dir.path()).spawn().expect("spawned");
        wait_until_it_reads(&child);
        let kill = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("there is a kill");
        assert!(kill.success());

        let output = child.wait_with_output().expect("ended");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(130), "{said}");
        assert!(said.contains("SurveyTree: drained after"), "{said}");
        assert!((1..FILES).contains(&files(&said)), "{said}");
    }

    #[test]
    fn whole_tree_is_code_zero() {
        let dir = TempDir::new().expect("temp dir");
        plant(dir.path(), 300).expect("planted");
        let output = program(dir.path()).output().expect("ended");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(said.contains("SurveyTree: completed after"), "{said}");
        assert_eq!(files(&said), 300);
        assert!(said.contains("flowchart"), "{said}");
    }
}
