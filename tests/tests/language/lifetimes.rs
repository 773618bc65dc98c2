//! Items, errors and parameters whose types have a lifetime in them: references to what lives for ever, trait objects.
//!
//! An island is asked whether it is `Send` with all lifetimes forgotten; none of these compiled before the stages and
//! their futures said so by themselves.

use std::{borrow::Cow, error::Error, sync::Arc};

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

trait Price: Send + Sync {
    fn price(&self, item: u64) -> u64;
}

struct Fixed(u64);

impl Price for Fixed {
    fn price(&self, item: u64) -> u64 {
        item * self.0
    }
}

#[handler]
fn shared(item: u64, price: &Arc<dyn Price>) -> u64 {
    price.price(item)
}

#[handler]
fn lent(item: u64, price: &dyn Price) -> u64 {
    price.price(item)
}

#[handler]
async fn owned(item: u64, price: Arc<dyn Price>) -> u64 {
    tokio::task::yield_now().await;
    price.price(item)
}

#[handler]
fn named(item: u64, name: &str, fixed: &'static str) -> String {
    format!("{name}{fixed}{item}")
}

pipeline! {
    Arguments(items: Script<u64>, price: Arc<dyn Price>, name: &'static str, out: Recorder<String>) {
        generator items = scripted(items);
        handler shared = shared(price);
        handler lent = lent(price);
        handler made = lent({ let price: Box<dyn Price> = Box::new(Fixed(10)); price });
        handler owned = owned(price) { workers: 2, ordered };
        handler named = named(name, "/");
        handler literal = (|text: String| format!("{name}{text}")) { workers: 1 };
        handler out = record(out);
        items -> shared -> lent -> made -> owned -> named -> literal -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn arguments_are_trait_objects_and_static_references() {
    let out = Recorder::new();
    let price = Arc::new(Fixed(2));
    let arguments = Arguments {
        items: Script::items([1, 2]),
        price,
        name: "n",
        out: out.clone(),
    };
    assert_clean(&run_to_end(arguments).await);
    assert_eq!(out.items(), ["nn/80", "nn/160"]);
}

type BoxError = Box<dyn Error + Send + Sync>;

#[handler]
async fn boxed(item: &u64) -> Result<u64, BoxError> {
    if *item == 0 {
        Err("zero".into())
    } else {
        Ok(*item)
    }
}

#[handler]
async fn static_error(item: u64) -> Result<u64, &'static str> {
    if item == 1 { Err("one") } else { Ok(item) }
}

pipeline! {
    Errors(items: Script<u64>, failures: Recorder<AnyFailure>, causes: Recorder<Cow<'static, str>>, out: Recorder<u64>) {
        generator items = scripted(items);
        handler boxed { workers: 2, ordered, timeout: 1s, retry: { attempts: 2, backoff: 1ms, idempotent } };
        handler static_error;
        handler closure = |item: u64| -> Result<u64, &'static str> { if item == 2 { Err("two") } else { Ok(item) } };
        handler out = record(out);
        handler failures = record(failures);
        handler causes = record(causes);
        items -> boxed -> static_error -> closure -> out;
        boxed.error -> failures;
        [static_error.error, closure.error] -> filter_map(|failure| failure.error().copied()) -> map(Cow::Borrowed) -> causes;
    }
}

#[tokio::test(start_paused = true)]
async fn errors_are_boxed_or_static() {
    let (failures, causes, out) = (Recorder::new(), Recorder::new(), Recorder::new());
    let errors = Errors {
        items: Script::items(0..4),
        failures: failures.clone(),
        causes: causes.clone(),
        out: out.clone(),
    };
    assert_clean(&run_to_end(errors).await);
    assert_eq!((failures.len(), out.items()), (1, vec![3]));
    assert_eq!(super::support::sorted(causes.items()), ["one", "two"]);
}

#[handler]
fn words(line: &'static str) -> impl Iterator<Item = &'static str> {
    line.split(' ')
}

#[handler]
fn length(word: &'static str, seen: &mut Vec<&'static str>) -> (usize, &'static str) {
    seen.push(word);
    (seen.len(), word)
}

pipeline! {
    Items(lines: Script<&'static str>, twins: Script<char>, out: Recorder<(&'static str, char)>) {
        generator lines = scripted(lines);
        generator twins = scripted(twins);
        handler words;
        handler length = length(Vec::new()) { workers: 2, key: |word| word.len() };
        handler out = record(out);
        lines -> words -> dedupe() -> length -> map(|(_, word)| word) -> batch(2, 1s) -> flatten() -> relayed;
        handler relayed = |word: &'static str| word;
        zip [relayed, twins] -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn items_are_static_references() {
    let out = Recorder::new();
    let items = Items {
        lines: Script::items(["a bc", "d"]),
        twins: Script::items(['x', 'y', 'z']),
        out: out.clone(),
    };
    assert_clean(&run_to_end(items).await);
    let words = out.items().into_iter().map(|(word, _)| word).collect();
    assert_eq!(super::support::sorted(words), ["a", "bc", "d"]);
}

#[handler]
async fn called(function: &Arc<dyn Fn(u64) -> u64 + Send + Sync>) -> u64 {
    function(4)
}

pipeline! {
    Functions {
        input functions: Arc<dyn Fn(u64) -> u64 + Send + Sync>;
        handler called { timeout: 1s, on_error: skip };
        output results: u64;
        functions -> inspect(|function| assert_eq!(function(0), 0)) -> called -> results;
    }
}

#[tokio::test(start_paused = true)]
async fn items_are_trait_objects() {
    use futures_util::StreamExt;
    let running = Functions.start().unwrap();
    let results = running.results.clone();
    running.functions.send(Arc::new(|n| n * 3)).await.unwrap();
    let (report, results): (_, Vec<_>) = tokio::join!(
        running.drain(std::time::Duration::from_secs(1)),
        results.collect()
    );
    electrician::test::assert_balanced(&report);
    assert_eq!(results, [12]);
}
