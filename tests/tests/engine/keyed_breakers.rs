//! A breaker for each key: what one key has done to its own, and that the others know nothing of it.

use std::time::Duration;

use electrician::{
    prelude::*,
    resilience::breaker::BreakerState,
    test::{Recorder, Script, assert_clean, record, run_to_end, scripted},
};
use tokio::time::Instant;

use super::support::{Broken, LONG, stats};

/// A call to the tenant of the first digit; one of them is down.
#[handler]
async fn call_tenant(item: &u32, down: u32, calls: &Recorder<u32>) -> Result<u32, Broken> {
    calls.put(*item).await;
    if item / 10 == down {
        Err(Broken(503))
    } else {
        Ok(*item)
    }
}

pipeline! {
    Tenants(input: Script<u32>, down: u32, calls: Recorder<u32>, stored: Recorder<u32>, parked: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = call_tenant(*down, calls) {
            breaker:  { consecutive: 2, cooldown: 1min, key: |item| item / 10, keys: 100 },
            on_error: skip,
        };
        handler   store  = record(stored);
        handler   park   = record(parked);
        source -> call -> store;
        call.neutral -> park;
    }

    PatientTenants(input: Script<u32>, down: u32, calls: Recorder<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = call_tenant(*down, calls) {
            workers:  2,
            breaker:  { consecutive: 1, cooldown: 1min, key: |item| item / 10, keys: 100, when_open: wait },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    FewBreakers(down: u32, calls: Recorder<u32>, keys: usize) {
        input   items: u32;
        handler call = call_tenant(*down, calls) {
            rate_limit: { rate: 1_000/s, key: |item| item % 10, keys: 10 },
            breaker:    { consecutive: 1, cooldown: 1h, key: |item| item / 10, keys: *keys, when_open: reject },
            on_error:   skip,
        };
        items -> call -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_key_does_not_hold_up_another() {
    let (calls, stored, parked) = (Recorder::new(), Recorder::new(), Recorder::new());
    let report = run_to_end(Tenants {
        input: Script::items([10, 20, 11, 21, 12, 22, 13, 23]),
        down: 1,
        calls: calls.clone(),
        stored: stored.clone(),
        parked: parked.clone(),
    })
    .await;
    assert_eq!(calls.items(), [10, 20, 11, 21, 22, 23]);
    assert_eq!(
        (stored.items(), parked.items()),
        (vec![20, 21, 22, 23], vec![12, 13])
    );
    let call = stats(&report, "call");
    assert_eq!((call.failed, call.refused), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn an_item_that_waits_for_its_own_breaker_keeps_its_worker_and_no_other() {
    let (calls, stored, began) = (Recorder::new(), Recorder::new(), Instant::now());
    run_to_end(PatientTenants {
        input: Script::items([10, 11, 20, 21, 22]),
        down: 1,
        calls: calls.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [20, 21, 22]);
    assert_eq!(calls.items(), [10, 20, 21, 22, 11]);
    assert_eq!(began.elapsed(), Duration::from_mins(1));
}

#[tokio::test(start_paused = true)]
async fn the_breakers_of_all_keys_are_a_knob_and_bounded() {
    let calls = Recorder::new();
    let running = FewBreakers {
        down: 1,
        calls: calls.clone(),
        keys: 2,
    }
    .start()
    .unwrap();
    let breakers = running.stages().call.breaker();
    for item in [10, 11, 20, 30, 40] {
        running.items.send(item).await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!((calls.items(), breakers.len()), (vec![10, 20, 30, 40], 2));
    let [(_, BreakerState::Open)] = breakers.not_closed()[..] else {
        panic!("the breaker of the first tenant is open");
    };
    for (_, breaker) in breakers.all() {
        breaker.reset();
    }
    running.items.send(12).await.unwrap();
    assert_clean(&running.drain(LONG).await);
    assert_eq!(calls.items().last(), Some(&12));
}

#[tokio::test(start_paused = true)]
async fn start_refuses_no_room_for_keys() {
    let refused = FewBreakers {
        down: 1,
        calls: Recorder::new(),
        keys: 0,
    }
    .start()
    .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "stage `call`: `keys` must be at least 1"
    );
}
