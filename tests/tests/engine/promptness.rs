//! Promptness: what cost time is handed over early, and two busy stages work at once.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{assert_clean, run_to_end},
};

use super::{
    fairness::{numbers, pass_on, work_for},
    support::ms,
};

/// How many items were made, and how many were made after an item when it arrived, at most.
#[derive(Debug, Default)]
struct Lag {
    made: AtomicU64,
    longest: AtomicU64,
}

/// More than the 50 µs for which an island works before it looks up.
const DEAR: Duration = Duration::from_micros(100);

fn make_dear(item: u64, lag: &Lag) -> u64 {
    work_for(DEAR);
    lag.made.fetch_add(1, SeqCst);
    item
}

#[generator]
fn dear(lag: &Lag) -> impl Iterator<Item = u64> {
    (0..200).map(|n| make_dear(n, lag))
}

#[generator]
async fn dear_push(lag: &Lag, mut out: Outlet<u64>) -> Result<(), Stopped> {
    for n in 0..200 {
        out.send(make_dear(n, lag)).await?;
    }
    Ok(())
}

#[handler]
fn refine(item: u64, lag: &Lag) -> u64 {
    make_dear(item, lag)
}

#[handler]
async fn refine_async(item: u64, lag: &Lag) -> u64 {
    ready(make_dear(item, lag)).await
}

#[handler]
fn refine_many(_: u64, lag: &Lag) -> impl Iterator<Item = u64> {
    (0..200).map(|n| make_dear(n, lag))
}

#[handler]
fn arrive(item: u64, lag: &Lag) {
    let behind = lag.made.load(SeqCst) - (item + 1);
    lag.longest.fetch_max(behind, SeqCst);
}

#[handler]
async fn arrive_async(item: u64, lag: &Lag) {
    arrive(item, lag);
    ready(()).await;
}

pipeline! {
    DearSource(lag: Arc<Lag>) {
        generator source = dear(lag);
        handler   end    = arrive(lag);
        source -> end with { buffer: 1024 };
    }

    DearPush(lag: Arc<Lag>) {
        generator source = dear_push(lag) { on_error: skip };
        handler   end    = arrive(lag);
        source -> end with { buffer: 1024 };
    }

    DearSourceAsync(lag: Arc<Lag>) {
        generator source = dear(lag);
        handler   next   = pass_on;
        handler   end    = arrive(lag);
        source -> next -> end with { buffer: 1024 };
    }

    DearSourceFused(lag: Arc<Lag>) {
        generator source = dear(lag);
        handler   end    = arrive_async(lag);
        source -> end;
    }

    DearHandler(lag: Arc<Lag>) {
        generator source = numbers(200);
        handler   work   = refine(lag);
        handler   end    = arrive(lag);
        source -> work -> end with { buffer: 1024 };
    }

    DearAsync(lag: Arc<Lag>) {
        generator source = numbers(200);
        handler   work   = refine_async(lag);
        handler   end    = arrive(lag);
        source -> work -> end with { buffer: 1024 };
    }

    DearMany(lag: Arc<Lag>) {
        generator source = numbers(1);
        handler   work   = refine_many(lag);
        handler   end    = arrive(lag);
        source -> work -> end with { buffer: 1024 };
    }
}

/// An item that cost time does not wait for many others.
async fn arrives_early<P: Pipeline>(make: impl FnOnce(Arc<Lag>) -> P) {
    let lag = Arc::<Lag>::default();
    let report = run_to_end(make(Arc::clone(&lag))).await;
    assert_clean(&report);
    assert_eq!(lag.made.load(SeqCst), 200);
    let longest = lag.longest.load(SeqCst);
    assert!(
        longest < 16,
        "{}: an item waited for {longest} others",
        P::NAME
    );
}

#[tokio::test]
async fn what_a_costly_source_made_is_handed_over_early() {
    arrives_early(DearSource::new).await;
}

#[tokio::test]
async fn what_a_costly_source_made_is_awaited_early() {
    arrives_early(DearSourceFused::new).await;
}

#[tokio::test]
async fn what_a_costly_source_made_is_handed_over_early_behind_a_handler_that_may_wait() {
    arrives_early(DearSourceAsync::new).await;
}

#[tokio::test]
async fn what_a_costly_source_pushed_is_handed_over_early() {
    arrives_early(DearPush::new).await;
}

#[tokio::test]
async fn what_a_costly_handler_made_is_handed_over_early() {
    arrives_early(DearHandler::new).await;
    arrives_early(DearAsync::new).await;
    arrives_early(DearMany::new).await;
}

/// Who is inside of a handler, and how often two were at once.
#[derive(Debug)]
struct Meeting {
    inside: [AtomicBool; 2],
    met: AtomicU64,
    until: Instant,
}

impl Meeting {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            inside: Default::default(),
            met: AtomicU64::new(0),
            until: Instant::now() + Duration::from_secs(30),
        })
    }

    fn is_over(&self) -> bool {
        self.met.load(SeqCst) >= 8 || Instant::now() > self.until
    }

    /// Stays inside for a while, and looks out for the other.
    fn visit(&self, who: usize) {
        let began = Instant::now();
        self.inside[who].store(true, SeqCst);
        while began.elapsed() < ms(1) {
            if self.inside[1 - who].load(SeqCst) {
                self.met.fetch_add(1, SeqCst);
                break;
            }
        }
        self.inside[who].store(false, SeqCst);
    }
}

#[generator]
fn until_met(meeting: &Meeting) -> impl Iterator<Item = u64> {
    (0..).take_while(|_| !meeting.is_over())
}

#[handler]
fn meet(item: u64, meeting: &Meeting, who: usize) -> u64 {
    meeting.visit(who);
    item
}

#[handler]
async fn meet_async(item: u64, meeting: &Meeting, who: usize) -> u64 {
    meeting.visit(who);
    ready(item).await
}

pipeline! {
    Pair(meeting: Arc<Meeting>) {
        generator source = until_met(meeting);
        handler   left   = meet(meeting, 0);
        handler   right  = meet(meeting, 1) { buffer: 64 };
        source -> left -> right -> _;
    }

    PairAsync(meeting: Arc<Meeting>) {
        generator source = until_met(meeting);
        handler   left   = meet_async(meeting, 0);
        handler   right  = meet_async(meeting, 1) { buffer: 64 };
        source -> left -> right -> _;
    }
}

async fn meets<P: Pipeline>(make: impl FnOnce(Arc<Meeting>) -> P) {
    let meeting = Meeting::new();
    let report = run_to_end(make(Arc::clone(&meeting))).await;
    assert_clean(&report);
    assert!(meeting.met.load(SeqCst) >= 8, "{meeting:?}\n{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_busy_stages_work_at_once() {
    meets(Pair::new).await;
    meets(PairAsync::new).await;
}
