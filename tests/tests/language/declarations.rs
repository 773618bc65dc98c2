//! Declarations: in any order, with any visibility, several pipelines in a block, inputs and outputs.

use std::time::Duration;

use electrician::prelude::*;
use electrician::test::{
    Recorder, Script, assert_balanced, assert_clean, record, run_to_end, run_with, scripted,
};
use futures_util::StreamExt;

use super::support::{counts, sorted};

#[generator]
fn few() -> impl Iterator<Item = u64> {
    0..3
}

#[handler]
fn add(item: u64, what: u64) -> u64 {
    item + what
}

#[handler]
fn forget(_item: u64) {}

pipeline! {
    AnyOrder(out: Recorder<u64>) {
        add -> out;
        handler out = record(out);
        few -> add;
        handler add(5);
        generator few;
    }

    Unit {
        generator few;
        handler forget;
        few -> forget;
    }

    UnitWithParentheses() {
        generator few;
        few -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn declarations_and_wiring_come_in_any_order() {
    let out = Recorder::new();
    assert_clean(&run_to_end(AnyOrder { out: out.clone() }).await);
    assert_eq!(out.items(), [5, 6, 7]);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_without_parameters_is_a_unit() {
    assert_eq!(counts(&run_to_end(Unit).await, "forget")[0], 3);
    assert_clean(&run_to_end(Unit::new()).await);
    assert_clean(&run_to_end(UnitWithParentheses).await);
}

mod shop {
    use super::{add, few};
    use electrician::prelude::*;

    pipeline! {
        /// Seen where the module is.
        pub(super) Near(pub_offset: u64) {
            generator few;
            handler add = super::add(pub_offset);
            output out: u64;
            few -> add -> out;
        }

        #[derive(Debug, Clone, Copy, PartialEq)]
        pub Far {
            generator few;
            handler add(1);
            few -> add -> _;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_is_as_visible_as_it_says_and_keeps_its_attributes() {
    let running = shop::Near { pub_offset: 10 }.start().unwrap();
    assert_eq!(running.out.clone().collect::<Vec<_>>().await, [10, 11, 12]);
    assert_balanced(&running.wait().await);
    assert_eq!(format!("{:?}", shop::Far.clone()), "Far");
    assert_clean(&run_to_end(shop::Far).await);
}

pipeline! {
    Outside {
        input orders: u64 { buffer: 2 };
        input returns: u64;
        handler add(100);
        output sums: u64;
        output all: u64;
        [orders, returns] -> add -> [sums, all];
    }
}

#[tokio::test(start_paused = true)]
async fn items_are_sent_in_and_taken_out() {
    let running = Outside.start().unwrap();
    let (sums, all) = (running.sums.clone(), running.all.clone());
    for n in 0..10 {
        let input = if n % 2 == 0 {
            &running.orders
        } else {
            &running.returns
        };
        input.send(n).await.unwrap();
    }
    let (report, sums, all) = tokio::join!(
        running.drain(Duration::from_secs(1)),
        sums.collect(),
        all.collect()
    );
    assert_balanced(&report);
    assert_clean(&report);
    let (sums, all): (Vec<u64>, Vec<u64>) = (sums, all);
    assert_eq!(sorted(sums), (100..110).collect::<Vec<_>>());
    assert_eq!(all.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn handles_say_what_their_stages_count() {
    let out = Recorder::new();
    let anew = AnyOrder { out: out.clone() };
    let report = run_with(
        anew,
        async |running| {
            out.wait_for(3).await;
            assert_eq!(running.stages().add.stats().received, 3);
            assert_eq!(running.stages().few.stats().emitted, 3);
        },
        Duration::from_secs(1),
    )
    .await;
    assert_clean(&report);
}

pipeline! {
    /// Two sources of the same function, with options of their own.
    Twice(one: Script<u64>, two: Script<u64>, out: Recorder<u64>) {
        /// The first.
        generator one = scripted(one);
        generator two = scripted(two);
        handler out = record(out) { buffer: 3 };
        one -> out;
        two -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn one_function_may_be_several_stages() {
    let out = Recorder::new();
    let twice = Twice {
        one: Script::items(0..5),
        two: Script::items(5..9),
        out: out.clone(),
    };
    assert_clean(&run_to_end(twice).await);
    assert_eq!(sorted(out.items()), (0..9).collect::<Vec<_>>());
    assert!(
        Twice::TOPOLOGY
            .edges
            .iter()
            .all(|edge| edge.capacity == Some(3))
    );
}

mod orders {
    pub mod parts {
        use electrician::prelude::*;

        #[handler]
        pub fn doubled(item: u64) -> u64 {
            item * 2
        }
    }
}

pipeline! {
    Paths(out: Recorder<u64>) {
        generator few = self::few;
        handler a = orders::parts::doubled;
        handler b = crate::language::declarations::orders::parts::doubled;
        handler out = electrician::test::record(out);
        few -> a -> b -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn functions_are_named_by_path() {
    let out = Recorder::new();
    assert_clean(&run_to_end(Paths { out: out.clone() }).await);
    assert_eq!(out.items(), [0, 4, 8]);
}
