//! What a pipeline is given, and how its functions get at it.

use std::{
    fmt::Display,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

#[derive(Debug, Clone)]
struct Config {
    url: String,
    limits: Limits,
}

#[derive(Debug, Clone)]
struct Limits {
    most: u64,
}

fn config() -> Config {
    Config {
        url: "abc".into(),
        limits: Limits { most: 3 },
    }
}

#[handler]
fn within(item: u64, most: &u64, url: &str, own: String) -> Option<String> {
    (item < *most).then(|| format!("{url}{own}{item}"))
}

pipeline! {
    Places(items: Script<u64>, config: Config, out: Recorder<String>) {
        generator items = scripted(items);
        handler lent = within(&config.limits.most, config.url, config.url);
        handler parenthesised = within((config.limits).most, &config.url, (config.url));
        handler out = record(out);
        items -> [lent, parenthesised];
        [lent, parenthesised] -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_place_is_lent_or_cloned_as_the_function_asks() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Places {
            items: Script::items(2..6),
            config: config(),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), ["abcabc2", "abcabc2"]);
}

#[handler]
fn tagged(item: u64, made: &Vec<u64>, own: &mut Vec<u64>, count: u64) -> (u64, usize, usize) {
    own.push(item);
    (count, made.len(), own.len())
}

static MADE: AtomicU64 = AtomicU64::new(0);

fn made(size: u64) -> Vec<u64> {
    MADE.fetch_add(1, Relaxed);
    vec![0; usize::try_from(size).unwrap()]
}

pipeline! {
    Values(items: Script<u64>, size: u64, out: Recorder<(u64, usize, usize)>) {
        generator items = scripted(items);
        handler tagged = tagged(made(*size), Vec::with_capacity(2), if *size > 2 { 20 } else { 10 }) {
            workers: 2,
            key: |item| *item,
        };
        handler out = record(out);
        items -> tagged -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_is_made_once_where_it_is_shared_and_anew_for_each_worker() {
    let out = Recorder::new();
    let report = run_to_end(Values {
        items: Script::items(0..100),
        size: 3,
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert!(
        out.items()
            .iter()
            .all(|(count, made, _)| (*count, *made) == (20, 3))
    );
    let firsts = out.items().iter().filter(|(_, _, own)| *own == 1).count();
    assert_eq!(firsts, 2);
    assert_eq!(MADE.load(Relaxed), 1);
}

#[handler]
fn shown<T: Display>(item: T, prefix: &str) -> String {
    format!("{prefix}{item}")
}

pipeline! {
    /// Shows whatever can be shown.
    Generic<T, const N: usize>(items: Script<T>, prefixes: [String; N], out: Recorder<String>)
    where
        T: Display + Clone + Send + Sync + 'static,
    {
        generator items = scripted(items);
        handler shown = shown(prefixes[N - 1].clone());
        handler out = record(out);
        items -> shown -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_may_be_generic() {
    let out = Recorder::new();
    let prefixes = ["a".to_owned(), "b".to_owned()];
    let generic = Generic {
        items: Script::items([1.5, 2.5]),
        prefixes: prefixes.clone(),
        out: out.clone(),
    };
    assert_clean(&run_to_end(generic).await);
    assert_eq!(out.items(), ["b1.5", "b2.5"]);
    let out = Recorder::new();
    assert_clean(&run_to_end(Generic::new(Script::items(['x']), prefixes, out.clone())).await);
    assert_eq!(out.items(), ["bx"]);
}

#[generator]
fn defaults<T: Default>() -> impl Iterator<Item = T> {
    std::iter::repeat_with(T::default).take(2)
}

pipeline! {
    Unnamed<T>(out: Arc<AtomicU64>)
    where
        T: Default + Into<u64> + Send + 'static,
    {
        generator items = defaults();
        handler sum = |item: T| { out.fetch_add(item.into() + 1, Relaxed); };
        items -> sum;
    }
}

#[tokio::test(start_paused = true)]
async fn a_type_that_no_parameter_names_is_kept() {
    let out: Arc<AtomicU64> = Arc::default();
    assert_clean(&run_to_end(Unnamed::<u32>::new(Arc::clone(&out))).await);
    assert_eq!(out.load(Relaxed), 2);
}

pipeline! {
    Options(items: Script<u64>, workers: usize, wait: Duration, attempts: u32, buffer: usize, out: Recorder<u64>) {
        generator items = scripted(items);
        handler stage = (async |item: u64| -> Result<u64, String> { Ok(item) }) {
            workers: *workers + 1,
            ordered,
            buffer: *buffer,
            timeout: *wait * 2,
            retry: { attempts: *attempts, backoff: *wait..10s, total: *wait + 1min, when: |error| error.len() > *workers, idempotent },
            on_error: skip,
        };
        handler out = record(out);
        items -> stage -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn options_are_expressions_over_parameters() {
    let out = Recorder::new();
    let options = |buffer, out: &Recorder<u64>| {
        Options::new(
            Script::items(0..50),
            3,
            Duration::from_secs(1),
            2,
            buffer,
            out.clone(),
        )
    };
    assert_clean(&run_to_end(options(4, &out)).await);
    assert_eq!(out.items(), (0..50).collect::<Vec<_>>());
    let error = options(0, &out)
        .start()
        .expect_err("a buffer of nothing holds nothing");
    assert_eq!(
        error.to_string(),
        "stage `stage`: `buffer` must be at least 1"
    );
}

#[handler]
fn keyed(item: u64, seen: &mut Vec<u64>) -> usize {
    seen.push(item);
    seen.len()
}

pipeline! {
    Keyed(items: Script<u64>, shards: u64, out: Recorder<usize>) {
        generator items = scripted(items);
        handler keyed = keyed(Vec::new()) { workers: 4, key: |item| *item % *shards };
        handler out = record(out);
        items -> keyed -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_may_speak_of_parameters() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Keyed {
            items: Script::items(0..20),
            shards: 1,
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), (1..=20).collect::<Vec<_>>());
}
