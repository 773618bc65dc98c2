//! Far more than may pass: each item leaves once, by one way, and none comes back.

use electrician::{
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        scripted,
    },
};

use super::support::{Broken, stats};

pipeline! {
    Spilling(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, second: Recorder<u32>, spilt: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 1/min, burst: 2 }, on_error: skip };
        handler   backup = faulty_ref(faults) { rate_limit: { rate: 1/min, burst: 3 }, on_error: skip };
        handler   store  = record(stored);
        handler   keep   = record(second);
        handler   spill  = record(spilt);
        source -> call -> store;
        call.overflow -> backup -> keep;
        backup.overflow -> spill;
    }

    Held(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 4, rate_limit: { rate: 10/s, burst: 1 }, on_error: skip };
        handler   store  = record(stored);
        source -> call -> store;
    }
}

/// A limiter without anywhere to send what it refused gave it back to the stage, which gave it to the limiter, until the stack
/// was used up; on the way back each of them was delivered.
#[tokio::test(start_paused = true)]
async fn what_a_limit_refuses_leaves_once_and_is_never_doubled() {
    let kept = [(); 3].map(|()| Recorder::new());
    let [stored, second, spilt] = kept.clone();
    let report = run_to_end(Spilling {
        input: Script::items(0..10_000),
        faults: Faults::none(),
        stored,
        second,
        spilt,
    })
    .await;
    let [stored, second, spilt] = kept.map(|kept| kept.items());
    assert_eq!((stored, second), (vec![0, 1], vec![2, 3, 4]));
    assert!(spilt.into_iter().eq(5..10_000));
    assert_eq!(stats(&report, "call").refused, 9_998);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn without_a_way_for_what_is_too_much_every_item_waits_and_leaves_once() {
    let stored = Recorder::new();
    let report = run_to_end(Held {
        input: Script::items(0..300),
        faults: Faults::none(),
        stored: stored.clone(),
    })
    .await;
    let mut items = stored.items();
    items.sort_unstable();
    assert!(items.into_iter().eq(0..300));
    assert_balanced(&report);
}
