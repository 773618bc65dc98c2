//! The expansion of a pipeline, written by hand: it compiles, runs and balances without any macro.
//!
//! ```text
//! orders -> parse -> charge (32 slots, retry, timeout, breaker) -> split (a stream, worker-local state) -> store
//! ```
#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    reason = "generated code is not written for clippy"
)]

use std::{
    borrow::Borrow,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::__private::*;
use futures_util::{StreamExt, stream};

// ---------------------------------------------------------------------------------------------- what the user writes

#[derive(Debug)]
struct Order(u64);
#[derive(Debug)]
struct Receipt(u64);
#[derive(Debug)]
struct GatewayError;

#[derive(Default)]
struct Gateway {
    calls: AtomicU64,
}

#[derive(Default)]
struct Ledger {
    sum: AtomicU64,
    rejects: AtomicU64,
    deferred: AtomicU64,
}

fn feed(count: u64) -> impl Iterator<Item = String> {
    (0..count).map(|n| n.to_string())
}

fn parse(line: &str) -> Result<Order, std::num::ParseIntError> {
    line.parse().map(Order)
}

async fn charge(order: &Order, gateway: &Gateway) -> Result<Receipt, GatewayError> {
    let call = gateway.calls.fetch_add(1, Relaxed);
    tokio::time::sleep(Duration::from_millis(order.0 % 7)).await;
    if order.0 == 13 || call % 5 == 0 {
        Err(GatewayError)
    } else {
        Ok(Receipt(order.0))
    }
}

fn split<'a>(
    receipt: &'a Receipt,
    seen: &'a mut Vec<u64>,
) -> impl futures_core::Stream<Item = u64> + 'a {
    seen.push(receipt.0);
    stream::iter([receipt.0, seen.len() as u64]).then(|n| async move {
        tokio::task::yield_now().await;
        n
    })
}

async fn store(n: u64, ledger: &Ledger) {
    ledger.sum.fetch_add(n.min(1), Relaxed);
}

fn reject(_: Failure<Order, GatewayError>, ledger: &Ledger) {
    ledger.rejects.fetch_add(1, Relaxed);
}

fn defer(_: Order, ledger: &Ledger) {
    ledger.deferred.fetch_add(1, Relaxed);
}

// ----------------------------------------------------------------------------------------- what the attributes expand to

mod stages {
    #![allow(non_camel_case_types)]
    pub(crate) struct feed {}
    pub(crate) struct parse {}
    pub(crate) struct charge {}
    pub(crate) struct split {}
    pub(crate) struct store {}
    pub(crate) struct reject {}
    pub(crate) struct defer {}
}

impl<A0: Anew<u64>> Generator<String, Infallible, (A0,)> for stages::feed {
    const BLOCKING: bool = false;
    const PUSHES: bool = false;
    type Slot = Option<u64>;
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        Some(args.0.anew())
    }
    fn open(slot: &mut Self::Slot, _: Outlet<String>) -> impl Outputs<String, Infallible> + Send {
        Iterated::new(feed(slot.take().expect("opened once a run")))
    }
}

impl<I: Borrow<str> + Send + Sync + 'static> Handler<I, Order, std::num::ParseIntError, ()>
    for stages::parse
{
    const ONE: bool = true;
    const PLAIN: bool = true;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = ();
    fn slot(&self, _: &()) -> Self::Slot {}
    async fn call<'a>(
        given: &'a I,
        _: &'a mut Self::Slot,
    ) -> Result<impl Outputs<Order, std::num::ParseIntError>, std::num::ParseIntError> {
        Ok(Maybe(Some(parse(given.borrow())?)))
    }
    fn now<'a>(
        given: &'a I,
        _: &'a mut Self::Slot,
    ) -> Result<Option<Order>, std::num::ParseIntError> {
        Ok(Some(parse(given.borrow())?))
    }
}

impl<I: Borrow<Order> + Send + Sync + 'static, A0: Shared> Handler<I, Receipt, GatewayError, (A0,)>
    for stages::charge
where
    A0::Handle: Lend<Gateway>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = (A0::Handle,);
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        (args.0.shared(),)
    }
    async fn call<'a>(
        given: &'a I,
        slot: &'a mut Self::Slot,
    ) -> Result<impl Outputs<Receipt, GatewayError>, GatewayError> {
        Ok(Maybe(Some(charge(given.borrow(), slot.0.lend()).await?)))
    }
    fn now<'a>(_: &'a I, _: &'a mut Self::Slot) -> Result<Option<Receipt>, GatewayError> {
        not_plain()
    }
}

impl<I: Borrow<Receipt> + Send + Sync + 'static, A0: Anew<Vec<u64>>>
    Handler<I, u64, Infallible, (A0,)> for stages::split
{
    const ONE: bool = false;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = (Vec<u64>,);
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        (args.0.anew(),)
    }
    async fn call<'a>(
        given: &'a I,
        slot: &'a mut Self::Slot,
    ) -> Result<impl Outputs<u64, Infallible>, Infallible> {
        Ok(Streamed {
            stream: split(given.borrow(), &mut slot.0),
        })
    }
    fn now<'a>(_: &'a I, _: &'a mut Self::Slot) -> Result<Option<u64>, Infallible> {
        not_plain()
    }
}

impl Waits for stages::charge {}

macro_rules! sink {
    ($name:ident($item:ty) $plain:literal, |$given:ident, $slot:ident| $call:expr) => {
        impl<A0: Shared> Handler<$item, Nothing, Infallible, (A0,)> for stages::$name
        where
            A0::Handle: Lend<Ledger>,
        {
            const ONE: bool = true;
            const PLAIN: bool = $plain;
            const BLOCKING: bool = false;
            type Mode = ByValue;
            type Slot = (A0::Handle,);
            fn slot(&self, args: &(A0,)) -> Self::Slot {
                (args.0.shared(),)
            }
            async fn call<'a>(
                $given: $item,
                $slot: &'a mut Self::Slot,
            ) -> Result<impl Outputs<Nothing, Infallible>, Infallible> {
                $call;
                Ok(Maybe(None))
            }
            fn now<'a>(_: $item, _: &'a mut Self::Slot) -> Result<Option<Nothing>, Infallible> {
                not_plain()
            }
        }
        impl Takes<$item> for stages::$name {}
    };
}

sink!(store(u64) false, |given, slot| store(given, slot.0.lend()).await);
sink!(reject(Failure<Order, GatewayError>) false, |given, slot| reject(given, slot.0.lend()));
sink!(defer(Order) false, |given, slot| defer(given, slot.0.lend()));

// ------------------------------------------------------------------------------------------- what `pipeline!` expands to

struct Checkout {
    count: u64,
    gateway: Arc<Gateway>,
    ledger: Arc<Ledger>,
}

struct CheckoutHandles {
    stages: CheckoutStages,
}

struct CheckoutStages {
    charge: BreakerHandle,
    store: StageHandle,
}

impl Pipeline for Checkout {
    const NAME: &'static str = "Checkout";
    const TOPOLOGY: Topology = Topology::new("Checkout", &[], &[], "", "");
    type Handles = CheckoutHandles;
    type Stages = CheckoutStages;

    fn handles() -> CheckoutHandles {
        CheckoutHandles {
            stages: CheckoutStages {
                charge: BreakerHandle::idle(),
                store: StageHandle::idle(),
            },
        }
    }

    fn stages(handles: &CheckoutHandles) -> &CheckoutStages {
        &handles.stages
    }

    fn assemble(this: &Arc<Self>, run: &mut Assembly, handles: &CheckoutHandles) {
        // the stages, and what their ports carry
        let feed = generator(stages::feed {}, (place(this, |p| &p.count),), "feed", run);
        feed.unfailing();
        let parse = handler(stages::parse {}, ()).install("parse", run);
        link(feed.output(), parse.input());
        let charge = handler(stages::charge {}, (place(this, |p: &Self| &p.gateway),))
            .kept()
            .timeout(Duration::from_secs(2))
            .retry(Retry::up_to(4).backoff(Duration::from_millis(5)..Duration::from_millis(50)))
            .breaker(
                Breaker::default().failure_rate(0.9).min_calls(50),
                WhenOpen::Neutral,
            )
            .install("charge", run);
        link(parse.output(), charge.input());
        let split = handler(stages::split {}, (made(this, |_| Vec::new()),)).install("split", run);
        link(charge.output(), split.input());
        let store =
            handler(stages::store {}, (place(this, |p: &Self| &p.ledger),)).install("store", run);
        link(split.output(), store.input());
        store.ends();
        let reject =
            handler(stages::reject {}, (place(this, |p: &Self| &p.ledger),)).install("reject", run);
        link_into(charge.errors(), &reject);
        let defer =
            handler(stages::defer {}, (place(this, |p: &Self| &p.ledger),)).install("defer", run);
        link(charge.input(), defer.input());

        // the handles
        handles.stages.charge.bind(charge.cell());
        handles.stages.store.bind(store.cell());

        // the edges
        let workers = run.at_least_one("charge", "workers", 32);
        let (to_charge, charge_in) = run.edge(
            charge.input(),
            EdgePlan::new("parse", "output", &["charge"]).receivers(workers, !charge.is_plain()),
        );
        let (to_split, split_in) = run.edge(
            split.input(),
            EdgePlan::new("charge", "output", &["split"]).senders(workers),
        );
        let (to_reject, reject_in) = run.edge(
            reject.input(),
            EdgePlan::new("charge", "error", &["reject"]).senders(workers),
        );
        let (to_defer, defer_in) = run.edge(
            defer.input(),
            EdgePlan::new("charge", "neutral", &["defer"]).senders(workers),
        );
        run.fused("feed", "parse");
        run.fused("split", "store");

        // feed -> parse
        let mut to_charge = to_charge;
        let mut parse = parse.stage();
        run.island("feed", feed.is_blocking(), async move {
            let mut slot = feed.slot();
            let mut feed = pin!(feed.open(&mut slot));
            let mut pass = feed.pass();
            pass.add(parse.seat());
            while pass.flushing(feed.fill_one(), &mut [&mut to_charge]).await {
                while !feed.is_empty() {
                    feed.each(&mut pass, room(&[&to_charge]), |line, lap| {
                        let parsed = parse.plain(line);
                        lap.mark(0);
                        match parsed {
                            Ok(Some(order)) => to_charge.push(order),
                            Ok(None) => {}
                            Err(miss) => drop(parse.settle_plain(miss)),
                        }
                        true
                    });
                    if let Some(miss) = parse.interrupted(0, &mut pass) {
                        drop(parse.settle_plain(miss));
                        pass.book();
                        parse.mend();
                    }
                    if pass.end() || to_charge.is_full() {
                        pass.hand_over(&mut [&mut to_charge]).await;
                    }
                }
            }
            hand_over(&mut [&mut to_charge]).await;
        });

        // charge
        let pool = (charge.is_plain(), charge.is_blocking());
        run.workers("charge", pool, workers, move |_| {
            let mut charge = charge.stage();
            let mut charge_in =
                Intake::new(Merge::of(charge_in.clone()), charge.cell(), charge.tally());
            let (mut to_split, mut to_reject, mut to_defer) =
                (to_split.clone(), to_reject.clone(), to_defer.clone());
            async move {
                while flushing(
                    charge_in.fill(),
                    &mut [&mut to_split, &mut to_reject, &mut to_defer],
                )
                .await
                {
                    'item: while let Some(order) = charge_in.pop() {
                        charge.resume(order);
                        let receipts = loop {
                            let miss = match charge.call().await {
                                Ok(receipts) => break receipts,
                                Err(miss) => miss,
                            };
                            if charge.again(&miss).await {
                                continue;
                            }
                            match charge.settle(miss).await {
                                Settled::Failed(failure) => to_reject.push(failure.into()),
                                Settled::Refused(order) => to_defer.push(order),
                                Settled::Overflowed(_) | Settled::Counted => {}
                            }
                            hand_over(&mut [&mut to_split, &mut to_reject, &mut to_defer]).await;
                            continue 'item;
                        };
                        let mut receipts = pin!(receipts);
                        while let Some(receipt) = try_next(&mut receipts).await {
                            match receipt {
                                Ok(receipt) => to_split.push(receipt),
                                Err(failure) => to_reject.push(failure.into()),
                            }
                            hand_over(&mut [&mut to_split, &mut to_reject, &mut to_defer]).await;
                        }
                    }
                }
            }
        });

        // split -> store
        let mut split = split.stage();
        let mut store = store.stage();
        let mut split_in = Intake::new(Merge::of(split_in), split.cell(), split.tally());
        run.island("split", false, async move {
            while split_in.fill().await {
                'split: while let Some(receipt) = split_in.pop() {
                    split.resume(receipt);
                    let numbers = loop {
                        match split.call().await {
                            Ok(numbers) => break numbers,
                            Err(miss) => miss,
                        };
                        continue 'split;
                    };
                    let mut numbers = pin!(numbers);
                    while let Some(n) = next(&mut numbers).await {
                        store.begin(n);
                        let nothing = loop {
                            let miss = match store.call().await {
                                Ok(nothing) => break nothing,
                                Err(miss) => miss,
                            };
                            store.lose(miss).await;
                            continue 'split;
                        };
                        let mut nothing = pin!(nothing);
                        while next(&mut nothing).await.is_some() {}
                    }
                }
            }
        });

        // the two side ways
        for_each(run, "reject", reject, reject_in);
        for_each(run, "defer", defer, defer_in);
    }
}

/// A sink in an island of its own.
fn for_each<H, In, Args>(
    run: &mut Assembly,
    name: &'static str,
    sink: Definition<H, In, Nothing, Infallible, Args>,
    edge: electrician::edge::Receiver<In>,
) where
    In: Send + 'static,
    H: Handler<In, Nothing, Infallible, Args, Mode = ByValue>,
    Args: Clone + Send + Sync + 'static,
    H::Slot: Sync,
{
    let mut stage = sink.stage();
    let mut intake = Intake::new(Merge::of(edge), stage.cell(), stage.tally());
    run.island(name, false, async move {
        while intake.fill().await {
            while let Some(item) = intake.pop() {
                stage.resume(item);
                match stage.call().await {
                    Ok(nothing) => {
                        let mut nothing = pin!(nothing);
                        while next(&mut nothing).await.is_some() {}
                        continue;
                    }
                    Err(miss) => miss,
                };
            }
        }
    });
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_without_macros_runs_and_balances() {
    let (gateway, ledger) = (Arc::new(Gateway::default()), Arc::new(Ledger::default()));
    let checkout = Checkout {
        count: 1000,
        gateway,
        ledger: Arc::clone(&ledger),
    };
    let running = Running::start(checkout).unwrap();
    let report = running.wait().await;
    println!("{report}");
    report.balance().unwrap();
    assert!(report.is_clean(), "{report}");
    let charge = report.stage("charge").unwrap().stats;
    assert_eq!(charge.received, 1000);
    assert!(charge.retried > 0);
    assert_eq!(ledger.rejects.load(Relaxed), charge.failed);
    assert_eq!(
        ledger.sum.load(Relaxed),
        report.stage("store").unwrap().stats.received - 1
    );
    assert_eq!(
        running.stages().store.stats(),
        report.stage("store").unwrap().stats
    );
}
