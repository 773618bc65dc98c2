//! Every form of handler, as a stage of a pipeline.

use std::sync::Arc;

use electrician::prelude::*;
use electrician::test::{Script, assert_clean, run_to_end, scripted};
use futures_util::{Stream, stream};

use super::support::{Order, Refused, counts, order, sorted, through};

#[handler]
fn double(item: u64) -> u64 {
    item * 2
}

#[tokio::test(start_paused = true)]
async fn takes_an_item_by_value() {
    type In = u64;
    type Out = u64;
    let (out, _) = through!([1, 2, 3], double);
    assert_eq!(out, [2, 4, 6]);
    assert_eq!(double(4), 8);
}

#[handler]
fn length(text: &str) -> usize {
    text.len()
}

#[handler]
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().copied().map(u64::from).sum()
}

#[handler]
async fn customer(order: &Order) -> String {
    order.customer.clone()
}

#[tokio::test(start_paused = true)]
async fn lends_an_item_as_what_it_borrows_as() {
    {
        type In = String;
        type Out = usize;
        assert_eq!(
            through!(["a".to_owned(), "bcd".to_owned()], length).0,
            [1, 3]
        );
    }
    {
        type In = Vec<u8>;
        type Out = u64;
        assert_eq!(through!([vec![1, 2], vec![]], sum).0, [3, 0]);
    }
    {
        type In = Order;
        type Out = String;
        assert_eq!(through!([order(4)], customer).0, ["customer 1"]);
    }
    {
        type In = Arc<Order>;
        type Out = String;
        assert_eq!(through!([Arc::new(order(5))], customer).0, ["customer 2"]);
    }
}

#[handler]
fn positive(item: i64) -> Option<i64> {
    (item > 0).then_some(item)
}

#[tokio::test(start_paused = true)]
async fn filters_by_giving_none() {
    type In = i64;
    type Out = i64;
    let (out, report) = through!([-1, 1, -2, 2], positive);
    assert_eq!(out, [1, 2]);
    assert_eq!(counts(&report, "stage"), [4, 2, 2, 0, 2]);
}

#[handler]
fn countdown(item: u64) -> impl Iterator<Item = u64> {
    (0..item).rev()
}

#[handler]
fn parts<'a>(line: &'a str, seen: &'a mut u64) -> impl Iterator<Item = String> + 'a {
    *seen += 1;
    let seen = *seen;
    line.split(',').map(move |part| format!("{seen}{part}"))
}

#[handler]
fn streamed(item: u64) -> impl Stream<Item = u64> {
    stream::iter(0..item)
}

#[handler(many)]
fn twice(item: u64) -> Vec<u64> {
    vec![item, item]
}

#[tokio::test(start_paused = true)]
async fn gives_many_by_an_iterator_or_a_stream() {
    {
        type In = u64;
        type Out = u64;
        let (out, report) = through!([2, 0, 3], countdown);
        assert_eq!(out, [1, 0, 2, 1, 0]);
        assert_eq!(counts(&report, "stage"), [3, 2, 1, 0, 5]);
        assert_eq!(through!([2, 1], streamed).0, [0, 1, 0]);
        assert_eq!(through!([7], twice).0, [7, 7]);
    }
    {
        type In = String;
        type Out = String;
        assert_eq!(
            through!(["a,b".to_owned(), "c".to_owned()], parts, (0)).0,
            ["1a", "1b", "2c"]
        );
    }
}

#[handler]
fn checked(item: u64) -> Result<u64, Refused> {
    if item.is_multiple_of(2) {
        Ok(item)
    } else {
        Err(Refused)
    }
}

#[handler]
async fn checked_filter(item: &u64) -> Result<Option<u64>, Refused> {
    match item {
        0 => Err(Refused),
        1 => Ok(None),
        more => Ok(Some(*more)),
    }
}

#[handler]
fn each_checked(item: u64) -> impl Iterator<Item = Result<u64, Refused>> {
    (0..item).map(|n| {
        if n.is_multiple_of(2) {
            Ok(n)
        } else {
            Err(Refused)
        }
    })
}

#[handler]
async fn opened(item: &u64) -> Result<impl Stream<Item = Result<u64, Refused>>, Refused> {
    if *item == 0 {
        Err(Refused)
    } else {
        Ok(stream::iter([Ok(*item), Err(Refused)]))
    }
}

#[tokio::test(start_paused = true)]
async fn fails_with_a_result_of_each_shape() {
    type In = u64;
    type Out = u64;
    let (out, report) = through!([1, 2, 3, 4], checked, with { on_error: skip });
    assert_eq!(
        (out, counts(&report, "stage")),
        (vec![2, 4], [4, 2, 0, 2, 2])
    );
    let (out, report) = through!([0, 1, 2], checked_filter, with { on_error: skip });
    assert_eq!((out, counts(&report, "stage")), (vec![2], [3, 1, 1, 1, 1]));
    let (out, report) = through!([3], each_checked, with { on_error: skip });
    assert_eq!(
        (out, counts(&report, "stage")),
        (vec![0, 2], [1, 1, 0, 0, 2])
    );
    assert_eq!(report.stage("stage").unwrap().stats.failed_outputs, 1);
    let (out, report) = through!([0, 5], opened, with { on_error: skip });
    assert_eq!((out, counts(&report, "stage")), (vec![5], [2, 1, 0, 1, 1]));
}

#[derive(Debug, Clone, Default)]
struct Tariff {
    factor: u64,
}

#[handler]
async fn priced(item: u64, tariff: &Tariff, names: Vec<String>, calls: &mut u64) -> String {
    *calls += 1;
    tokio::task::yield_now().await;
    format!("{} {} {calls}", item * tariff.factor, names.concat())
}

#[tokio::test(start_paused = true)]
async fn shares_clones_and_owns_its_arguments() {
    type In = u64;
    type Out = String;
    let (out, _) = through!(
        [1, 2],
        priced,
        (
            Tariff { factor: 3 },
            vec!["a".to_owned(), "b".to_owned()],
            10
        )
    );
    assert_eq!(out, ["3 ab 11", "6 ab 12"]);
}

#[handler]
async fn numbered(item: u64, calls: &mut u64) -> (u64, u64) {
    *calls += 1;
    tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    (item, *calls)
}

#[tokio::test(start_paused = true)]
async fn each_worker_owns_its_state() {
    type In = u64;
    type Out = (u64, u64);
    let (out, report) = through!(0..8, numbered, (0), with { workers: 4 });
    let calls: u64 = out.iter().filter(|(_, call)| *call == 1).count() as u64;
    assert_eq!(
        sorted(out.iter().map(|(item, _)| *item).collect()),
        (0..8).collect::<Vec<_>>()
    );
    assert_eq!(calls, 4);
    assert_eq!(counts(&report, "stage"), [8, 8, 0, 0, 8]);
}

#[handler]
fn shown<T: std::fmt::Display>(item: T) -> String {
    item.to_string()
}

#[handler]
fn read<T: std::str::FromStr>(line: &str) -> Option<T> {
    line.parse().ok()
}

#[handler]
fn applied<T, U, F: Fn(T) -> U + Clone>(item: T, with: F) -> U {
    with(item)
}

#[tokio::test(start_paused = true)]
async fn generic_functions_take_their_types_from_the_wiring() {
    {
        type In = u64;
        type Out = String;
        assert_eq!(through!([1, 2], shown).0, ["1", "2"]);
        assert_eq!(
            through!([1], applied, (|n: u64| format!("<{n}>"))).0,
            ["<1>"]
        );
    }
    {
        type In = String;
        type Out = i8;
        assert_eq!(
            through!(["7".to_owned(), "x".to_owned(), "-1".to_owned()], read).0,
            [7, -1]
        );
    }
}

#[handler(blocking)]
fn squared(item: u64) -> u64 {
    item * item
}

#[tokio::test]
async fn blocking_handlers_run_on_threads_of_their_own() {
    type In = u64;
    type Out = u64;
    assert_eq!(through!([1, 2, 3], squared).0, [1, 4, 9]);
    assert_eq!(through!([1, 2, 3], double, with { blocking }).0, [2, 4, 6]);
}

type Parsed = Result<u64, Refused>;
type Perhaps = Option<u64>;

#[handler(fallible)]
fn aliased(item: u64) -> Parsed {
    if item == 0 { Err(Refused) } else { Ok(item) }
}

#[handler(optional)]
fn perhaps(item: u64) -> Perhaps {
    (item > 1).then_some(item)
}

#[handler(fallible)]
fn each_aliased(item: u64) -> impl Iterator<Item = Parsed> {
    [Ok(item), Err(Refused)].into_iter()
}

#[handler(item)]
fn result_is_the_item(item: u64) -> Result<u64, Refused> {
    if item == 0 { Err(Refused) } else { Ok(item) }
}

#[handler(item)]
fn option_is_the_item(item: u64) -> Option<u64> {
    (item > 1).then_some(item)
}

#[tokio::test(start_paused = true)]
async fn says_what_its_syntax_cannot() {
    {
        type In = u64;
        type Out = u64;
        assert_eq!(through!([0, 1], aliased, with { on_error: skip }).0, [1]);
        assert_eq!(through!([1, 2], perhaps).0, [2]);
        assert_eq!(through!([4], each_aliased, with { on_error: skip }).0, [4]);
    }
    {
        type In = u64;
        type Out = Result<u64, Refused>;
        assert_eq!(
            through!([0, 1], result_is_the_item).0,
            [Err(Refused), Ok(1)]
        );
    }
    {
        type In = u64;
        type Out = Option<u64>;
        assert_eq!(through!([1, 2], option_is_the_item).0, [None, Some(2)]);
    }
}

#[handler]
fn total(item: u64, sum: &std::sync::atomic::AtomicU64) {
    sum.fetch_add(item, std::sync::atomic::Ordering::Relaxed);
}

#[handler]
async fn checked_sink(item: &u64) -> Result<(), Refused> {
    if *item == 0 { Err(Refused) } else { Ok(()) }
}

pipeline! {
    Sinks(items: Script<u64>, sum: Arc<std::sync::atomic::AtomicU64>) {
        generator items = scripted(items);
        handler total = total(sum);
        handler checked = checked_sink { on_error: skip };
        items -> [total, checked];
    }
}

#[tokio::test(start_paused = true)]
async fn sinks_give_nothing_and_may_fail() {
    let sum = Arc::default();
    let report = run_to_end(Sinks {
        items: Script::items([0, 1, 2]),
        sum: Arc::clone(&sum),
    })
    .await;
    assert_clean(&report);
    assert_eq!(sum.load(std::sync::atomic::Ordering::Relaxed), 3);
    assert_eq!(counts(&report, "total"), [3, 3, 0, 0, 0]);
    assert_eq!(counts(&report, "checked"), [3, 2, 0, 1, 0]);
}
