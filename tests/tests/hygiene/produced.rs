//! Pipelines and handlers that a `macro_rules` produces.

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

macro_rules! handlers {
    ($($name:ident($item:ty) -> $out:ty = $body:expr;)*) => {
        $(
            #[handler]
            fn $name(item: $item) -> $out {
                let make: fn($item) -> $out = $body;
                make(item)
            }
        )*
    };
}

handlers! {
    doubled(u64) -> u64 = |n| n * 2;
    kept(Option<u64>) -> Option<u64> = |n| n;
}

macro_rules! line {
    ($vis:vis $name:ident($param:ident: $ty:ty), $handler:path, $value:expr, $workers:expr, $time:literal) => {
        pipeline! {
            $vis $name($param: $ty, items: Script<u64>, out: Recorder<u64>) {
                generator source = scripted(items);
                handler first = $handler { workers: $workers, ordered, on_panic: { restarts: 5, within: $time } };
                handler second = |item: u64| item + $value;
                handler third = |item: u64| item + $param;
                handler out = record(out);
                source -> first -> second -> third -> batch(100, $time) -> flatten() -> out;
            }
        }
    };
}

line!(pub(crate) Produced(offset: u64), doubled, 100, 2, 1s);
line!(Second(with: u64), self::doubled, 1_000, 1 + 1, 20ms);

#[tokio::test(start_paused = true)]
async fn a_macro_produces_pipelines() {
    let items = || Script::items(0..3);
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Produced {
            offset: 5,
            items: items(),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.take(), [105, 107, 109]);
    assert_clean(
        &run_to_end(Second {
            with: 1,
            items: items(),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.take(), [1001, 1003, 1005]);
}

macro_rules! own_names {
    ($item:ident) => {
        pipeline! {
            OwnNames(items: Script<u64>, limit: u64, out: Recorder<u64>) {
                generator source = scripted(items);
                handler $item = |n: u64| n.min(*limit);
                handler item = |n: u64| n + 1;
                handler out = record(out);
                source -> $item -> item -> out;
            }
        }
    };
}

own_names!(this);

#[tokio::test(start_paused = true)]
async fn names_of_two_origins_stay_apart() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(OwnNames {
            items: Script::items([1, 9]),
            limit: 3,
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [2, 4]);
}

handlers! {
    maybe(u64) -> u64 = |n| n;
}

pipeline! {
    Optional(items: Script<Option<u64>>, out: Recorder<u64>) {
        generator items = scripted(items);
        handler kept;
        handler maybe;
        handler out = record(out);
        items -> kept -> maybe -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_type_that_a_macro_passes_on_is_read_as_it_is_written() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Optional {
            items: Script::items([Some(1), None]),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [1]);
}
