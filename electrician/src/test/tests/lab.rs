//! A pipeline of nothing but the kit, expanded by hand.
//!
//! ```text
//! orders -> risky (workers, timeout) -> fragile -> store
//!           risky.error -> rejects
//! ```

use std::{fmt, pin::pin, sync::Arc, time::Duration};

use crate::{
    __private::*,
    test::{Faults, Recorder, Script, faulty, faulty_ref, record, scripted},
};

#[derive(Debug, Clone)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

#[derive(Debug, Clone)]
pub(super) struct Lab {
    pub(super) script: Script<u32>,
    pub(super) risks: Faults<Broken>,
    pub(super) flaws: Faults,
    pub(super) store: Recorder<u32>,
    pub(super) rejects: Recorder<AnyFailure>,
    pub(super) workers: usize,
    pub(super) timeout: Duration,
}

impl Lab {
    /// A lab where all is well, with one worker.
    pub(super) fn new(script: Script<u32>) -> Self {
        Self {
            script,
            risks: Faults::none(),
            flaws: Faults::none(),
            store: Recorder::new(),
            rejects: Recorder::new(),
            workers: 1,
            timeout: Duration::from_secs(1_000_000),
        }
    }
}

impl Wired for Lab {
    const NAME: &'static str = "Lab";
    const TOPOLOGY: Topology = Topology::new("Lab", &[], &[], "", "");
    type Handles = ();
    type Stages = ();

    fn handles() {}

    fn stages(handles: &()) -> &() {
        handles
    }

    #[expect(clippy::too_many_lines, reason = "an expansion is one straight line")]
    fn assemble(this: &Arc<Self>, run: &mut Assembly, (): &()) {
        // the stages: no type is written, each comes from a parameter or from the stage before
        let orders = generator(
            (place(this, |lab: &Self| &lab.script),),
            scripted {},
            "orders",
            run,
        );
        orders.unfailing();
        let risky = handler((place(this, |lab: &Self| &lab.risks),), faulty_ref {})
            .timeout(this.timeout)
            .install("risky", run);
        let _ = arrow(orders.output(), risky.input()).link();
        let fragile =
            handler((place(this, |lab: &Self| &lab.flaws),), faulty {}).install("fragile", run);
        let _ = arrow(risky.output(), fragile.input()).link();
        fragile.unfailing();
        let store =
            handler((place(this, |lab: &Self| &lab.store),), record {}).install("store", run);
        let _ = arrow(fragile.output(), store.input()).link();
        store.ends();
        let rejects =
            handler((place(this, |lab: &Self| &lab.rejects),), record {}).install("rejects", run);
        link_into(&rejects, fragile.errors());

        // the edges
        let plan = |from, port, to| EdgePlan::new(from, port, to).buffer(8);
        let workers = run.at_least_one("risky", "workers", this.workers);
        let into_risky = plan("orders", "output", &["risky"]).receivers(workers, true);
        let (mut to_risky, risky_in) = risky.input().edge(run, into_risky);
        let out_of_risky = plan("risky", "output", &["fragile"]).senders(workers);
        let (to_fragile, fragile_in) = fragile.input().edge(run, out_of_risky);
        let failures = plan("risky", "error", &["rejects"]).senders(workers);
        let (to_rejects, rejects_in) = rejects.input().edge(run, failures);
        run.fused("fragile", "store");

        // orders
        run.island("orders", false, async move {
            let mut slot = orders.slot();
            let mut orders = pin!(orders.open(&mut slot));
            while flushing(orders.fill(64), &mut [&mut to_risky]).await {
                while let Some(order) = orders.pop() {
                    to_risky.push(order);
                    hand_over(&mut [&mut to_risky]).await;
                }
            }
        });

        // risky
        run.workers("risky", (false, false), workers, move |_| {
            let mut risky = risky.stage();
            let mut risky_in =
                Intake::new(Merge::of(risky_in.clone()), risky.cell(), risky.tally());
            let (mut to_fragile, mut to_rejects) = (to_fragile.clone(), to_rejects.clone());
            async move {
                while flushing(risky_in.fill(), &mut [&mut to_fragile, &mut to_rejects]).await {
                    while let Some(order) = risky_in.pop() {
                        risky.resume(order);
                        let miss = match risky.call().await {
                            Ok(orders) => {
                                let mut orders = pin!(orders);
                                while let Some(Ok(order)) = try_next(&mut orders).await {
                                    to_fragile.push(order);
                                    hand_over(&mut [&mut to_fragile]).await;
                                }
                                continue;
                            }
                            Err(miss) => miss,
                        };
                        if let Settled::Failed(failure) = risky.settle(miss).await {
                            to_rejects.push(failure.into());
                            hand_over(&mut [&mut to_rejects]).await;
                        }
                    }
                }
            }
        });

        // fragile -> store
        let (mut fragile, mut store) = (fragile.stage(), store.stage());
        let mut fragile_in = Intake::new(Merge::of(fragile_in), fragile.cell(), fragile.tally());
        run.island("fragile", false, async move {
            while fragile_in.fill().await {
                'order: while let Some(order) = fragile_in.pop() {
                    fragile.resume(order);
                    let miss = match fragile.call().await {
                        Ok(orders) => {
                            let mut orders = pin!(orders);
                            while let Some(order) = next(&mut orders).await {
                                store.begin(order);
                                let miss = match store.call().await {
                                    Ok(nothing) => {
                                        let mut nothing = pin!(nothing);
                                        while next(&mut nothing).await.is_some() {}
                                        continue;
                                    }
                                    Err(miss) => miss,
                                };
                                store.lose(miss).await;
                            }
                            continue 'order;
                        }
                        Err(miss) => miss,
                    };
                    fragile.lose(miss).await;
                }
            }
        });

        // rejects
        let mut rejects = rejects.stage();
        let mut rejects_in = Intake::new(Merge::of(rejects_in), rejects.cell(), rejects.tally());
        run.island("rejects", false, async move {
            while rejects_in.fill().await {
                while let Some(failure) = rejects_in.pop() {
                    rejects.resume(failure);
                    let miss = match rejects.call().await {
                        Ok(nothing) => {
                            let mut nothing = pin!(nothing);
                            while next(&mut nothing).await.is_some() {}
                            continue;
                        }
                        Err(miss) => miss,
                    };
                    rejects.lose(miss).await;
                }
            }
        });
    }
}
