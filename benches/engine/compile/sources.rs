//! The crates that are compiled: a number of stages in, source text out. Each stage has an item type of its own.

/// A pipeline with a queue before every stage.
pub(super) fn queued(stages: usize) -> String {
    pipeline(stages, "{ buffer: 1024 }")
}

/// A pipeline whose stages need no queue.
pub(super) fn fused(stages: usize) -> String {
    pipeline(stages, "{}")
}

fn pipeline(stages: usize, options: &str) -> String {
    let functions = functions(stages, "#[handler]");
    let declared = each(stages, |n| format!("handler s{n} = stage_{n} {options};\n"));
    let wired = each(stages, |n| format!("-> s{n} "));
    format!(
        r#"
use electrician::prelude::*;
{functions}
#[generator]
fn items(count: &u64) -> impl Iterator<Item = I0> {{ (0..*count).map(I0) }}

#[handler]
async fn sink(item: I{stages}, total: &AtomicU64) {{ total.fetch_add(item.0, Relaxed); }}

pipeline! {{
    pub Line(count: u64, total: Arc<AtomicU64>) {{
        generator items = items(count);
        {declared}
        handler sink = sink(total) {options};

        items {wired} -> sink;
    }}
}}

pub fn start(count: u64, total: Arc<AtomicU64>) -> Running<Line> {{
    Line {{ count, total }}.start().expect("it starts")
}}
"#
    )
}

/// The same by hand: a spawned task for each stage, and a tokio channel before it.
pub(super) fn channels(stages: usize) -> String {
    let functions = functions(stages, "");
    let tasks = each(stages, |n| {
        format!(
            r"
    let (output, next) = channel(1024);
    spawn(async move {{
        while let Some(item) = input.recv().await {{
            if output.send(stage_{n}(item).await).await.is_err() {{ return; }}
        }}
    }});
    let mut input = next;
"
        )
    });
    format!(
        r"
use tokio::{{spawn, sync::mpsc::channel}};
{functions}
async fn sink(item: I{stages}, total: &AtomicU64) {{ total.fetch_add(item.0, Relaxed); }}

pub fn start(count: u64, total: Arc<AtomicU64>) {{
    let (output, mut input) = channel(1024);
    spawn(async move {{
        for n in 0..count {{
            if output.send(I0(n)).await.is_err() {{ return; }}
        }}
    }});
    {tasks}
    spawn(async move {{
        while let Some(item) = input.recv().await {{ sink(item, &total).await; }}
    }});
}}
"
    )
}

/// The item types, and the async functions from each to the next.
fn functions(stages: usize, attribute: &str) -> String {
    let functions = each(stages, |n| {
        let before = n - 1;
        format!(
            r"
pub struct I{n}(u64);
{attribute}
async fn stage_{n}(item: I{before}) -> I{n} {{ I{n}(item.0.wrapping_mul({n}).rotate_left(7)) }}
"
        )
    });
    format!(
        r"
use std::sync::{{Arc, atomic::{{AtomicU64, Ordering::Relaxed}}}};
pub struct I0(u64);
{functions}"
    )
}

/// A piece of text for each stage, the first of which has the number 1.
fn each(stages: usize, text: impl Fn(usize) -> String) -> String {
    let texts: Vec<String> = (1..=stages).map(text).collect();
    texts.concat()
}

/// A pipeline with something of everything that expands in its own way.
pub(super) const VARIED: &str = r#"
use electrician::prelude::*;

#[generator]
fn lines() -> impl Iterator<Item = String> { ["1", "two"].map(String::from).into_iter() }

#[handler]
fn parse(line: &str) -> Result<u64, std::num::ParseIntError> { line.parse() }

#[handler]
async fn charge(cents: &u64) -> Result<u64, String> { Ok(*cents) }

#[handler]
fn count(_: u64, seen: &mut u64) { *seen += 1; }

#[handler]
fn reject(_: AnyFailure) {}

pipeline! {
    pub Varied {
        generator lines  = lines();
        handler   parse  = parse { workers: 2, ordered };
        handler   charge = charge {
            workers: 8,
            timeout: 2s,
            retry:   { attempts: 4, backoff: 50ms..2s, idempotent },
            breaker: { failure_rate: 0.5, window: 10s, cooldown: 30s },
        };
        handler   odd    = count(0);
        handler   even   = count(0);
        handler   late   = count(0);
        handler   reject;

        lines -> parse -> charge -> filter(|n| *n > 0) -> match { n if n % 2 == 0 => even, _ => odd };
        parse.error    -> reject;
        charge.error   -> reject;
        charge.neutral -> late;
    }
}
"#;
