//! Starvation: a merge and a balance give each of their branches its share.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{Recorder, assert_clean, record, run_to_end, run_with},
};
use tokio::task::yield_now;

use super::{
    fairness::{numbers, work_for},
    support::{LONG, ms},
};

/// What arrived from the one source when the other gave an item, and what it was when the item arrived.
#[derive(Debug, Default)]
struct Crossing {
    fast: AtomicU64,
    longest: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
enum Parcel {
    Fast,
    /// So many fast ones had arrived when it was given.
    Slow(u64),
}

#[generator]
fn fast(count: u64) -> impl Iterator<Item = Parcel> {
    (0..count).map(|_| Parcel::Fast)
}

#[generator]
async fn slow(crossing: &Crossing, mut out: Outlet<Parcel>) -> Result<(), Stopped> {
    for _ in 0..20 {
        yield_now().await;
        out.send(Parcel::Slow(crossing.fast.load(SeqCst))).await?;
    }
    Ok(())
}

#[handler]
fn deliver(parcel: Parcel, crossing: &Crossing) {
    work_for(Duration::from_micros(10));
    match parcel {
        Parcel::Fast => drop(crossing.fast.fetch_add(1, SeqCst)),
        Parcel::Slow(then) => {
            let waited = crossing.fast.load(SeqCst) - then;
            crossing.longest.fetch_max(waited, SeqCst);
        }
    }
}

pipeline! {
    FastFirst(crossing: Arc<Crossing>) {
        generator quick = fast(10_000);
        generator late  = slow(crossing) { on_error: skip };
        handler   end   = deliver(crossing);
        [quick, late] -> end;
    }

    FastLast(crossing: Arc<Crossing>) {
        generator quick = fast(10_000);
        generator late  = slow(crossing) { on_error: skip };
        handler   end   = deliver(crossing);
        [late, quick] -> end;
    }
}

async fn starves_nobody<P: Pipeline>(make: impl FnOnce(Arc<Crossing>) -> P) {
    let crossing = Arc::<Crossing>::default();
    let report = run_to_end(make(Arc::clone(&crossing))).await;
    assert_clean(&report);
    let longest = crossing.longest.load(SeqCst);
    assert!(longest <= 1024, "{}: {longest} others came first", P::NAME);
}

#[tokio::test]
async fn a_fast_source_does_not_starve_a_slow_one() {
    starves_nobody(FastFirst::new).await;
    starves_nobody(FastLast::new).await;
}

/// Keeps an item for a minute, once there is a choice of where it goes.
#[handler]
async fn clog(item: u64, calls: &mut u64, far: &Recorder<u64>) {
    *calls += 1;
    tokio::time::sleep(if *calls < 3 { ms(1) } else { 60 * ms(1000) }).await;
    far.put(item).await;
}

pipeline! {
    Balanced(count: u64, near: Recorder<u64>, far: Recorder<u64>) {
        generator source = numbers(*count);
        handler   near   = record(near);
        handler   far    = clog(0, far);
        source -> any [near, far];
    }
}

#[tokio::test(start_paused = true)]
async fn a_branch_that_is_stuck_keeps_a_handful_and_no_more() {
    let (near, far) = (Recorder::slow(ms(1)), Recorder::new());
    let balanced = Balanced::new(1000, near.clone(), far.clone());
    let work = async |running: &Running<Balanced>| {
        tokio::time::sleep(ms(10_000)).await;
        assert_eq!(far.len(), 2, "it is stuck");
        let report = running.report();
        assert!(near.len() + 2 >= 1000 - 16, "{}\n{report}", near.len());
    };
    let report = run_with(balanced, work, 6 * LONG).await;
    assert_clean(&report);
    assert_eq!(near.len() + far.len(), 1000);
}
