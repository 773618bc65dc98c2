//! What a pipeline shows of itself: its topology, its drawings, its expansion as files.

#![allow(missing_docs)]

use std::{env, fs, path::PathBuf};

use electrician::pipeline::StageKind;
use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, run_to_end, scripted};

#[handler]
async fn parsed(line: &str) -> Result<u64, std::num::ParseIntError> {
    tokio::task::yield_now().await;
    line.parse()
}

#[handler]
fn stored(numbers: Vec<u64>, out: &Recorder<u64>) {
    drop((numbers, out));
}

#[handler]
fn rejected(_failure: AnyFailure) {}

pipeline! {
    #![inspect]
    /// Stores numbers.
    pub Numbers(lines: Script<String>, out: Recorder<u64>) {
        generator lines = scripted(lines);
        handler parsed { workers: 4, timeout: 2s };
        handler stored = stored(out) { on_panic: fail };
        handler rejected;
        lines -> parsed -> filter(|number| *number < 10) -> batch(100, 20ms) -> stored with { buffer: 8, overflow: drop_oldest };
        parsed.error -> rejected;
    }
}

pipeline! {
    Around(numbers: Script<u64>) {
        generator numbers = scripted(numbers);
        input more: u64;
        pipeline inner = Inner;
        output pairs: (u64, u64);
        handler halved = |n: u64| n / 2;
        [numbers, more] -> halved -> match {
            0 => _,
            n if n > 100 => n -> again,
            _ => inner,
        };
        handler again = |n: u64| n;
        again -> halved with { feedback, buffer: 64, overflow: drop_newest };
        inner -> any [left, right];
        handler left = |n: u64| n;
        handler right = |n: u64| n;
        zip [left, right] -> pairs;
    }

    Inner {
        input numbers: u64;
        output same: u64;
        numbers -> same;
    }

    /// As `Inner`, with one word more.
    Other {
        input numbers: u64;
        output same: u64;
        numbers -> same with { buffer: 2 };
    }
}

#[tokio::test(start_paused = true)]
async fn the_topology_says_what_is_there() {
    let topology = Numbers::TOPOLOGY;
    assert_eq!(topology.name, "Numbers");
    let stages: Vec<_> = topology
        .stages
        .iter()
        .map(|stage| (stage.name, stage.kind, stage.calls))
        .collect();
    assert_eq!(
        stages,
        [
            ("lines", StageKind::Generator, "scripted"),
            ("parsed", StageKind::Handler, "parsed"),
            ("stored", StageKind::Handler, "stored"),
            ("rejected", StageKind::Handler, "rejected"),
            ("filter_1", StageKind::Operator, "filter"),
            ("batch_1", StageKind::Operator, "batch"),
        ]
    );
    let edges: Vec<_> = topology
        .edges
        .iter()
        .map(|edge| (edge.from, edge.port, edge.to, edge.capacity))
        .collect();
    assert_eq!(edges[0], ("lines", "output", &["parsed"][..], Some(1024)));
    assert_eq!(edges[3], ("batch_1", "output", &["stored"][..], Some(8)));
    assert_eq!(edges[4], ("parsed", "error", &["rejected"][..], Some(1024)));
    let island = |name| {
        topology
            .stages
            .iter()
            .find(|stage| stage.name == name)
            .map(|stage| stage.island)
    };
    assert_ne!(island("lines"), island("parsed"));
    let out = Recorder::new();
    let report = run_to_end(Numbers {
        lines: Script::items(["1".to_owned()]),
        out,
    })
    .await;
    assert_clean(&report);
    let reported: Vec<_> = report
        .stages
        .iter()
        .map(|stage| stage.name.as_str())
        .collect();
    assert_eq!(reported.len(), topology.stages.len());
    assert!(
        topology
            .stages
            .iter()
            .all(|stage| reported.contains(&stage.name))
    );
}

#[test]
fn the_hash_follows_the_graph() {
    const KNOWN: u64 = Numbers::TOPOLOGY.hash();
    assert_eq!(KNOWN, Numbers::TOPOLOGY.hash());
    let hashes = [
        Numbers::TOPOLOGY.hash(),
        Around::TOPOLOGY.hash(),
        Inner::TOPOLOGY.hash(),
        Other::TOPOLOGY.hash(),
    ];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..at].contains(hash), "two graphs have one hash");
    }
}

#[test]
fn a_hash_is_the_same_on_every_machine() {
    assert_eq!(
        format!("{:016x}", Inner::TOPOLOGY.hash()),
        "229a41da2094f88a"
    );
}

#[test]
fn the_graph_is_drawn_in_mermaid() {
    insta::assert_snapshot!("numbers", Numbers::TOPOLOGY.mermaid());
    assert_eq!(Numbers::TOPOLOGY.to_string(), Numbers::TOPOLOGY.mermaid());
}

#[test]
fn the_graph_is_drawn_in_dot() {
    insta::assert_snapshot!("around", Around::TOPOLOGY.dot());
}

/// Where the files of a build without the variable are.
fn written() -> PathBuf {
    let told = env::var_os("ELECTRICIAN_INSPECT").map(PathBuf::from);
    let beside_lock = concat!(env!("CARGO_MANIFEST_DIR"), "/../target").into();
    told.unwrap_or_else(|| {
        env::var_os("CARGO_TARGET_DIR")
            .map_or(beside_lock, PathBuf::from)
            .join("electrician")
    })
}

#[test]
fn inspect_writes_the_expansion_and_the_graph() {
    let read =
        |name| fs::read_to_string(written().join(name)).expect("the block says `#![inspect]`");
    let expansion = read("Numbers.rs");
    assert!(expansion.contains("pub struct Numbers {"));
    assert!(expansion.contains("\n        // handler parsed { workers: 4, timeout: 2s }\n"));
    assert!(expansion.contains("\n        // island: parsed\n"));
    assert!(!expansion.contains("__heading!"));
    assert_eq!(read("Numbers.mmd"), Numbers::TOPOLOGY.mermaid());
}

#[tokio::test(start_paused = true)]
async fn what_is_drawn_runs() {
    use futures_util::StreamExt;
    let running = Around {
        numbers: Script::empty(),
    }
    .start()
    .unwrap();
    let pairs = running.pairs.clone();
    let drained = async {
        for n in [1, 2, 3, 6, 400] {
            running.more.send(n).await.unwrap();
        }
        running.drain(std::time::Duration::from_secs(1)).await
    };
    let (report, pairs): (_, Vec<_>) = tokio::join!(drained, pairs.collect());
    electrician::test::assert_balanced(&report);
    assert!(pairs.len() <= 2);
    assert_eq!(report.stage("halved").unwrap().stats.received, 5 + 1);
    for inner in ["inner/numbers", "inner/same"] {
        assert_eq!(report.stage(inner).unwrap().stats.received, 4);
    }
    electrician::test::assert_balanced(&run_through(Inner).await);
    electrician::test::assert_balanced(&run_through(Other).await);
}

async fn run_through<P: electrician::pipeline::Pipeline>(pipeline: P) -> Report {
    Running::start(pipeline)
        .unwrap()
        .drain(std::time::Duration::from_secs(1))
        .await
}
