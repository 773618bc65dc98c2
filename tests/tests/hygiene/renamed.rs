//! The crate under another name, where its own means something else.

use ::electrician as wires;

mod electrician {}

#[wires::generator(crate = wires)]
fn few() -> impl Iterator<Item = u64> {
    0..4
}

#[wires::handler(crate = self::wires)]
fn doubled(item: u64) -> u64 {
    item * 2
}

wires::pipeline! {
    #![crate_path = wires]
    Renamed(out: wires::test::Recorder<Vec<u64>>) {
        generator few;
        handler doubled { workers: 2, ordered, on_panic: { restarts: 5, within: 1s } };
        handler out = wires::test::record(out);
        few -> doubled -> throttle(100/s) -> batch(2, 1s) -> out;
    }
}

wires::pipeline! {
    Own {
        #![crate_path = crate::hygiene::renamed::wires]
        generator few;
        few -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn the_crate_may_have_another_name() {
    let out = wires::test::Recorder::new();
    let report = wires::test::run_to_end(Renamed { out: out.clone() }).await;
    wires::test::assert_clean(&report);
    assert_eq!(out.items(), [[0, 2], [4, 6]]);
    wires::test::assert_clean(&wires::test::run_to_end(Own).await);
}
