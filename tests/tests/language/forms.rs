//! Signatures as people write them: patterns, lifetimes, trait objects, attributes.

use std::{fmt::Debug, pin::Pin, str::FromStr};

use electrician::prelude::*;
use futures_util::{Stream, stream};

use super::support::{Refused, through};

#[derive(Debug, Clone, PartialEq)]
struct Point(u64, u64);

#[derive(Debug, Clone, PartialEq)]
struct Gateway {
    url: String,
}

fn gateway() -> Gateway {
    Gateway { url: "abc".into() }
}

#[handler]
fn patterns(
    (left, right): (u64, u64),
    Gateway { url }: &Gateway,
    _: &mut (),
    Point(by, _): Point,
) -> u64 {
    (left + right + url.len() as u64) * by
}

#[handler]
fn changed(mut item: u64) -> u64 {
    item *= 2;
    item
}

#[tokio::test(start_paused = true)]
async fn parameters_are_patterns() {
    {
        type In = (u64, u64);
        type Out = u64;
        assert_eq!(
            through!([(1, 2)], patterns, (gateway(), (), Point(2, 0))).0,
            [12]
        );
    }
    {
        type In = u64;
        type Out = u64;
        assert_eq!(through!([4], changed).0, [8]);
    }
}

#[handler]
fn borrows(item: u64, name: &str, bytes: &[u8], fixed: &str) -> String {
    format!("{item}{name}{}{fixed}", bytes.len())
}

#[handler]
fn size(path: &std::path::Path) -> usize {
    path.as_os_str().len()
}

#[handler]
fn first<T: Clone>(items: &[T]) -> Option<T> {
    items.first().cloned()
}

#[handler]
async fn array<const N: usize>(item: [u8; N]) -> usize {
    item.len()
}

#[tokio::test(start_paused = true)]
async fn arguments_are_borrowed_as_the_function_asks() {
    {
        type In = u64;
        type Out = String;
        assert_eq!(
            through!([1], borrows, ("x".to_owned(), vec![1, 2], "static")).0,
            ["1x2static"]
        );
    }
    {
        type In = std::path::PathBuf;
        type Out = usize;
        assert_eq!(through!(["abc".into()], size).0, [3]);
    }
    {
        type In = Vec<u64>;
        type Out = u64;
        assert_eq!(through!([vec![1, 2], vec![]], first).0, [1]);
    }
    {
        type In = [u8; 3];
        type Out = usize;
        assert_eq!(through!([[0; 3]], array).0, [3]);
    }
}

trait Price: Send + Sync {
    fn price(&self, item: u64) -> u64;
}

impl Price for Gateway {
    fn price(&self, item: u64) -> u64 {
        item + self.url.len() as u64
    }
}

#[handler]
fn dynamic(item: u64, price: &dyn Price) -> u64 {
    price.price(item)
}

#[handler]
async fn priced<P: Price, S: Default + Extend<u64>>(item: &u64, price: &P, seen: &mut S) -> u64 {
    let price = price.price(*item);
    seen.extend([price]);
    tokio::task::yield_now().await;
    price
}

type Rule = Box<dyn for<'a> Fn(&'a u64) -> &'a u64 + Send + Sync>;

fn next(item: &u64) -> u64 {
    item + 1
}

#[handler]
fn ruled(item: u64, rule: &Rule, plain: fn(&u64) -> u64) -> u64 {
    *rule(&item) + plain(&item)
}

#[tokio::test(start_paused = true)]
async fn arguments_may_be_trait_objects_and_functions() {
    type In = u64;
    type Out = u64;
    assert_eq!(
        through!(
            [1],
            dynamic,
            ({
                let price: Box<dyn Price> = Box::new(gateway());
                price
            })
        )
        .0,
        [4]
    );
    assert_eq!(
        through!(
            [1],
            ruled,
            (
                {
                    let rule: Rule = Box::new(|n| n);
                    rule
                },
                next as fn(&u64) -> u64
            )
        )
        .0,
        [3]
    );
    assert_eq!(through!([1], priced, (gateway(), Vec::new())).0, [4]);
}

#[handler]
fn lines<'a>(text: &'a str, seen: &'a mut Vec<u8>) -> impl Iterator<Item = String> + 'a {
    seen.push(1);
    text.split(',').map(str::to_owned)
}

#[handler]
fn elided(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(',').map(str::to_owned)
}

#[handler(many)]
fn boxed<'a>(text: &'a str) -> Box<dyn Iterator<Item = String> + Send + 'a> {
    Box::new(text.split(',').map(str::to_owned))
}

#[tokio::test(start_paused = true)]
async fn outputs_borrow_the_item_and_the_state() {
    type In = String;
    type Out = String;
    let text = || ["a,b".to_owned()];
    assert_eq!(through!(text(), lines, (Vec::new())).0, ["a", "b"]);
    assert_eq!(through!(text(), elided).0, ["a", "b"]);
    assert_eq!(through!(text(), boxed).0, ["a", "b"]);
}

#[handler(many)]
fn drained<'a>(item: u64, state: &'a mut Vec<u64>) -> std::vec::Drain<'a, u64> {
    state.push(item);
    state.drain(..)
}

#[handler(many)]
fn fallible_vector(item: u64) -> Result<Vec<u64>, Refused> {
    if item == 0 {
        Err(Refused)
    } else {
        Ok(vec![item])
    }
}

#[handler(many)]
fn boxed_stream(item: u64) -> Pin<Box<dyn Stream<Item = Result<u64, Refused>> + Send>> {
    Box::pin(stream::iter([Ok(item), Err(Refused)]))
}

#[handler]
async fn fetched(
    from: &u64,
    gateway: &Gateway,
) -> Result<impl Stream<Item = Result<u64, Refused>> + use<>, Refused> {
    tokio::task::yield_now().await;
    let length = gateway.url.len() as u64;
    let items: Vec<_> = (0..*from)
        .map(|n| if n > length { Err(Refused) } else { Ok(n) })
        .collect();
    Ok(stream::iter(items))
}

#[tokio::test(start_paused = true)]
async fn many_is_any_iterator_or_stream() {
    type In = u64;
    type Out = u64;
    assert_eq!(through!([1, 2], drained, (vec![9])).0, [9, 1, 2]);
    assert_eq!(
        through!([0, 1], fallible_vector, with { on_error: skip }).0,
        [1]
    );
    assert_eq!(through!([3], boxed_stream, with { on_error: skip }).0, [3]);
    assert_eq!(
        through!([5], fetched, (gateway()), with { on_error: skip }).0,
        [0, 1, 2, 3]
    );
}

mod own {
    pub(super) type Result<T> = std::result::Result<T, super::Refused>;
}

#[handler]
fn outcome(item: u64) -> own::Result<Option<u64>> {
    if item == 0 {
        Err(Refused)
    } else {
        Ok((item > 1).then_some(item))
    }
}

#[handler]
fn io(item: u64) -> std::io::Result<u64> {
    Ok(item)
}

#[handler(fallible, optional)]
fn aliased_filter(item: u64) -> Filtered {
    if item == 0 {
        Err(Refused)
    } else {
        Ok((item > 1).then_some(item))
    }
}

type Filtered = Result<Option<u64>, Refused>;

#[tokio::test(start_paused = true)]
async fn a_result_by_any_path_is_a_result() {
    type In = u64;
    type Out = u64;
    assert_eq!(through!([0, 1, 2], outcome, with { on_error: skip }).0, [2]);
    assert_eq!(through!([0], io, with { on_error: fail }).0, [0]);
    assert_eq!(
        through!([0, 1, 2], aliased_filter, with { on_error: skip }).0,
        [2]
    );
}

#[handler]
fn shown<T>(item: &T) -> String
where
    T: Debug + ?Sized,
{
    format!("{item:?}")
}

#[handler]
fn parsed<T: FromStr<Err = E>, E>(line: &str) -> Result<T, E> {
    line.parse()
}

#[handler]
#[deprecated]
#[must_use]
fn old(item: u64) -> u64 {
    item
}

#[handler]
fn r#type(item: u64) -> u64 {
    item
}

#[cfg(any())]
#[handler]
fn absent(item: Missing) {}

#[handler]
#[cfg(any())]
fn absent_too(item: Missing) {}

#[tokio::test(start_paused = true)]
#[allow(deprecated)]
async fn attributes_bounds_and_raw_names_are_kept() {
    {
        type In = u64;
        type Out = u64;
        assert_eq!(through!([1], old).0, [1]);
        assert_eq!(through!([1], r#type).0, [1]);
    }
    {
        type In = u64;
        type Out = String;
        assert_eq!(through!([1], shown).0, ["1"]);
    }
    {
        type In = String;
        type Out = u64;
        assert_eq!(
            through!(
                ["1".to_owned(), "x".to_owned()],
                parsed,
                with { on_error: skip }
            )
            .0,
            [1]
        );
    }
}
