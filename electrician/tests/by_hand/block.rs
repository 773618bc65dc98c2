//! What the block becomes.

use std::{pin::pin, sync::Arc, time::Duration};

use electrician::__private::*;

use super::{
    attributes::stages,
    functions::{Gateway, Ledger},
};

pub(super) struct Checkout {
    pub(super) count: u64,
    pub(super) gateway: Arc<Gateway>,
    pub(super) ledger: Arc<Ledger>,
}

pub(super) struct CheckoutHandles {
    pub(super) stages: CheckoutStages,
}

pub(super) struct CheckoutStages {
    pub(super) charge: BreakerHandle,
    pub(super) store: StageHandle,
}

impl Wired for Checkout {
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
        let feed = generator((place(this, |p| &p.count),), stages::feed {}, "feed", run);
        feed.unfailing();
        let parse = handler((), stages::parse {}).install("parse", run);
        let _ = arrow(feed.output(), parse.input()).link();
        let charge = handler((place(this, |p: &Self| &p.gateway),), stages::charge {})
            .kept()
            .timeout(Duration::from_secs(2))
            .retry(Retry::up_to(4).backoff(Duration::from_millis(5)..Duration::from_millis(50)))
            .breaker(
                Breaker::default().failure_rate(0.9).min_calls(50),
                WhenOpen::Neutral,
            )
            .install("charge", run);
        let _ = arrow(parse.output(), charge.input()).link();
        let split = handler((made(this, |_| Vec::new()),), stages::split {}).install("split", run);
        let _ = arrow(charge.output(), split.input()).link();
        let store =
            handler((place(this, |p: &Self| &p.ledger),), stages::store {}).install("store", run);
        let _ = arrow(split.output(), store.input()).link();
        store.ends();
        let reject =
            handler((place(this, |p: &Self| &p.ledger),), stages::reject {}).install("reject", run);
        link_into(&reject, charge.errors());
        let defer =
            handler((place(this, |p: &Self| &p.ledger),), stages::defer {}).install("defer", run);
        let _ = arrow(charge.input(), defer.input()).link();

        // the handles
        handles.stages.charge.bind(charge.cell());
        handles.stages.store.bind(store.cell());

        // the edges
        let workers = run.at_least_one("charge", "workers", 32);
        let (to_charge, charge_in) = charge.input().edge(
            run,
            EdgePlan::new("parse", "output", &["charge"]).receivers(workers, !charge.is_plain()),
        );
        let (to_split, split_in) = split.input().edge(
            run,
            EdgePlan::new("charge", "output", &["split"]).senders(workers),
        );
        let (to_reject, reject_in) = reject.input().edge(
            run,
            EdgePlan::new("charge", "error", &["reject"]).senders(workers),
        );
        let (to_defer, defer_in) = defer.input().edge(
            run,
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
            while pass
                .flushing(feed.fill_first(pass.stretch()), &mut [&mut to_charge])
                .await
            {
                while !feed.is_empty() {
                    {
                        let mut parse = parse.plain();
                        feed.each(&mut pass, room(&[&to_charge]), |line, lap| {
                            match parse.call(line, lap, 0) {
                                Ok(Some(order)) => to_charge.push(order),
                                Ok(None) => {}
                                Err(miss) => drop(parse.settle_plain(miss)),
                            }
                            true
                        });
                    }
                    parse.claimed(0, &mut pass);
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
                            let Some(miss) = charge.again(miss).await else {
                                continue;
                            };
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
