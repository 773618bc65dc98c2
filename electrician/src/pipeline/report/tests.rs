//! The table of a report.

use super::*;
use crate::stage::LatencyCell;

const MICRO: u64 = 1_000;
const MILLI: u64 = 1_000 * MICRO;

fn stage(name: &str, stats: StageStats, latency: Latency) -> StageReport {
    StageReport {
        name: name.into(),
        stats,
        latency,
        in_flight: stats.in_flight(),
    }
}

fn report(stages: Vec<StageReport>) -> Report {
    Report {
        pipeline: "Till",
        outcome: Outcome::Completed,
        elapsed: Duration::from_millis(1500),
        stages,
        edges: Vec::new(),
        left: Vec::new(),
        stuck: false,
    }
}

fn stages(latencies: [Latency; 3]) -> Vec<StageReport> {
    let mut stats = StageStats::default();
    (stats.received, stats.completed) = (1200, 1200);
    let [prices, parse, charge] = latencies;
    vec![
        stage("prices", StageStats::default(), prices),
        stage("parse", stats, parse),
        stage("charge", stats, charge),
    ]
}

#[test]
fn the_table_ends_with_the_latencies_of_the_stages_that_have_any() {
    let (parse, charge) = (LatencyCell::default(), LatencyCell::default());
    parse.record(5, 1200);
    charge.record(200 * MICRO, 1180);
    charge.record(840 * MILLI, 20);
    let table = report(stages([
        Latency::default(),
        parse.latency(),
        charge.latency(),
    ]));
    let expected = "\
Till: completed after 1.500s
stage   received completed  filtered    failed  panicked   refused   dropped   retried in flight    p50    p99
prices         0         0         0         0         0         0         0         0         0
parse       1200      1200         0         0         0         0         0         0         0    5ns    5ns
charge      1200      1200         0         0         0         0         0         0         0  200µs  840ms";
    assert_eq!(table.to_string(), expected);
}

#[test]
fn the_table_of_a_run_without_latencies_has_no_columns_for_them() {
    let table = report(stages(std::array::from_fn(|_| Latency::default()))).to_string();
    assert!(!table.contains("p50"), "{table}");
    let lines = table.lines().skip(1);
    let widths: Vec<_> = lines.map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{table}");
}
