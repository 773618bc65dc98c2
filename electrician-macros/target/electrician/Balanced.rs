///
/// ```mermaid
/// flowchart LR
///     source(["source"])
///     left["left<br/>workers: { let twice = 2 ; twice * 4 }<br/>ordered"]
///     right["right"]
///     store["store"]
///     source ==>|"any"| left
///     source ==>|"any"| right
///     left ==> store
///     right ==> store
/// ```
#[allow(clippy::pedantic)]
struct Balanced {
    /// The parameter `count`.
    count: u64,
    /// The parameter `sum`.
    sum: Arc<Sum>,
}
#[allow(clippy::all, clippy::pedantic)]
impl Balanced {
    /// A pipeline with these parameters, ready to start.
    #[allow(dead_code)]
    fn new(count: u64, sum: Arc<Sum>) -> Self {
        Self { count, sum }
    }
}
#[allow(clippy::all, clippy::pedantic)]
impl Balanced
where
    u64: ::electrician::__private::Send + ::electrician::__private::Sync + 'static,
    Arc<Sum>: ::electrician::__private::Send + ::electrician::__private::Sync + 'static,
{
    /// The graph: stages, ports, edges, islands, capacities.
    #[allow(dead_code)]
    const TOPOLOGY: ::electrician::__private::Topology = <Self as ::electrician::__private::Pipeline>::TOPOLOGY;
    /// Starts the pipeline.
    ///
    /// # Errors
    /// When an option has a value that it cannot have, with the stage and the option, or outside of a tokio runtime.
    fn start(
        self,
    ) -> ::electrician::__private::Result<
        ::electrician::__private::Running<Self>,
        ::electrician::__private::Error,
    > {
        ::electrician::__private::Running::start(self)
    }
}
/// The inputs and outputs of a running `Balanced`, and its stages.
#[allow(clippy::pedantic, dead_code)]
struct BalancedHandles {
    __stages: BalancedStages,
}
/// The stages of a running `Balanced`: their counters and their knobs.
#[allow(clippy::pedantic, dead_code)]
struct BalancedStages {
    /// The stage `source`.
    source: ::electrician::__private::StageHandle,
    /// The stage `left`.
    left: ::electrician::__private::StageHandle,
    /// The stage `right`.
    right: ::electrician::__private::StageHandle,
    /// The stage `store`.
    store: ::electrician::__private::StageHandle,
}
#[automatically_derived]
#[allow(clippy::all, clippy::pedantic, unused_braces, unused_variables)]
impl ::electrician::__private::Pipeline for Balanced
where
    u64: ::electrician::__private::Send + ::electrician::__private::Sync + 'static,
    Arc<Sum>: ::electrician::__private::Send + ::electrician::__private::Sync + 'static,
{
    const NAME: &'static ::electrician::__private::core::primitive::str = "Balanced";
    const TOPOLOGY: ::electrician::__private::Topology = {
        use ::electrician::__private as __rt;
        __rt::Topology::new(
            "Balanced",
            &[
                __rt::StageShape {
                    name: "source",
                    kind: __rt::StageKind::Generator,
                    calls: "numbers",
                    island: 0,
                },
                __rt::StageShape {
                    name: "left",
                    kind: __rt::StageKind::Handler,
                    calls: "same",
                    island: 1,
                },
                __rt::StageShape {
                    name: "right",
                    kind: __rt::StageKind::Handler,
                    calls: "same_async",
                    island: 2,
                },
                __rt::StageShape {
                    name: "store",
                    kind: __rt::StageKind::Handler,
                    calls: "add_by_key",
                    island: 3,
                },
            ],
            &[
                __rt::EdgeShape {
                    from: "source",
                    port: "output",
                    to: &["left", "right"],
                    capacity: __rt::CAPACITY,
                    fused: false,
                    feedback: false,
                },
                __rt::EdgeShape {
                    from: "left",
                    port: "output",
                    to: &["store"],
                    capacity: __rt::CAPACITY,
                    fused: false,
                    feedback: false,
                },
                __rt::EdgeShape {
                    from: "right",
                    port: "output",
                    to: &["store"],
                    capacity: __rt::CAPACITY,
                    fused: false,
                    feedback: false,
                },
            ],
            "flowchart LR\n    source([\"source\"])\n    left[\"left<br/>workers: { let twice = 2 ; twice * 4 }<br/>ordered\"]\n    right[\"right\"]\n    store[\"store\"]\n    source ==>|\"any\"| left\n    source ==>|\"any\"| right\n    left ==> store\n    right ==> store\n",
            "digraph \"Balanced\" {\n    rankdir=LR;\n    \"source\" [label=\"source\", shape=ellipse];\n    \"left\" [label=\"left\\nworkers: { let twice = 2 ; twice * 4 }\\nordered\", shape=box];\n    \"right\" [label=\"right\", shape=box];\n    \"store\" [label=\"store\", shape=box];\n    \"source\" -> \"left\" [style=bold, label=\"any\"];\n    \"source\" -> \"right\" [style=bold, label=\"any\"];\n    \"left\" -> \"store\" [style=bold];\n    \"right\" -> \"store\" [style=bold];\n}\n",
        )
    };
    type Handles = BalancedHandles;
    type Stages = BalancedStages;
    fn handles() -> BalancedHandles {
        use ::electrician::__private as __rt;
        BalancedHandles {
            __stages: BalancedStages {
                source: __rt::StageHandle::idle(),
                left: __rt::StageHandle::idle(),
                right: __rt::StageHandle::idle(),
                store: __rt::StageHandle::idle(),
            },
        }
    }
    fn stages(handles: &BalancedHandles) -> &BalancedStages {
        &handles.__stages
    }
    fn assemble(
        this: &::electrician::__private::Arc<Self>,
        run: &mut ::electrician::__private::Assembly,
        handles: &BalancedHandles,
    ) {
        use ::electrician::__private as __rt;

        // generator source = numbers (count)
        let source = __rt::generator(
            numbers {},
            (__rt::place(this, |this: &Self| &this.count),),
            "source",
            run,
        );
        source.unfailing();
        handles.__stages.source.bind(source.cell());

        // handler left = same { workers : { let twice = 2 ; twice * 4 } , ordered }
        let left = __rt::handler(same {}, ()).install("left", run);
        __rt::link(source.output(), left.input());
        left.unfailing();
        handles.__stages.left.bind(left.cell());
        let left_workers = run
            .at_least_one(
                "left",
                "workers",
                {
                    let twice = 2;
                    twice * 4
                },
            );
        let left_order = __rt::Turnstile::new();

        // handler right = same_async { buffer : 3 , overflow : drop_oldest }
        let right = __rt::handler(same_async {}, ()).install("right", run);
        __rt::link(source.output(), right.input());
        right.unfailing();
        handles.__stages.right.bind(right.cell());

        // handler store = add_by_key ([None ; 16] , sum)
        let store = __rt::handler(
                add_by_key {},
                (
                    __rt::made(this, |_| [None; 16]),
                    __rt::place(this, |this: &Self| &this.sum),
                ),
            )
            .install("store", run);
        __rt::link(left.output(), store.input());
        __rt::link(right.output(), store.input());
        store.ends();
        store.unfailing();
        handles.__stages.store.bind(store.cell());

        // edges
        let (mut to_left, left_queue) = run
            .edge(
                left.input(),
                __rt::EdgePlan::new("source", "output", &["left", "right"])
                    .receivers(
                        left.tasks(left_workers, left.is_blocking()) + 1,
                        !left.is_plain() || !right.is_plain(),
                    ),
            );
        let (to_store_from_left, store_from_left_queue) = run
            .edge(
                store.input(),
                __rt::EdgePlan::new("left", "output", &["store"])
                    .senders(left.tasks(left_workers, left.is_blocking())),
            );
        let (mut to_store_from_right, store_from_right_queue) = run
            .edge(store.input(), __rt::EdgePlan::new("right", "output", &["store"]));

        // island: source
        {
            let blocking = source.is_blocking();
            run.island(
                "source",
                blocking,
                async move {
                    let mut source_slot = source.slot();
                    let source = source.open(&mut source_slot);
                    let mut source = __rt::std::pin::pin!(source);
                    let mut pass = source.pass();
                    while pass.flushing(source.fill_one(), &mut [&mut to_left]).await {
                        while !source.is_empty() {
                            source
                                .pour(
                                    &mut pass,
                                    __rt::room(&[&to_left]),
                                    (&mut to_left, __rt::Untouched),
                                    |item, lap| { __rt::Some(item) },
                                );
                            if pass.end() || __rt::Head::is_full(&to_left) {
                                pass.hand_over(&mut [&mut to_left]).await;
                            }
                        }
                        source.enough_if(__rt::Head::is_sated(&to_left));
                    }
                    pass.hand_over(&mut [&mut to_left]).await;
                },
            );
        }

        // island: left
        {
            let left_queue = __rt::Clone::clone(&left_queue);
            if left.is_plain() {
                run.workers(
                    "left",
                    (left.is_plain(), left.is_blocking()),
                    left_workers,
                    move |_| {
                        let mut to_store_from_left = __rt::Clone::clone(
                            &to_store_from_left,
                        );
                        let left_order = __rt::Clone::clone(&left_order);
                        let mut left = left.stage();
                        let mut left_in = __rt::Intake::new(
                            __rt::Merge::of(__rt::Clone::clone(&left_queue)),
                            left.cell(),
                            left.tally(),
                        );
                        async move {
                            let mut pass = left_in.pass();
                            pass.add(left.seat());
                            while let __rt::Some(turn) = pass
                                .flushing(left_in.fill_in_turn(&left_order), &mut [])
                                .await
                            {
                                while !left_in.is_empty() {
                                    left_in
                                        .pour(
                                            &mut pass,
                                            __rt::room(&[&to_store_from_left]),
                                            (
                                                &mut to_store_from_left,
                                                __rt::Both(__rt::Untouched, left.gives()),
                                            ),
                                            |item, lap| {
                                                let called = left.plain(item);
                                                lap.mark(0usize);
                                                let item = match called {
                                                    __rt::Ok(__rt::Some(item)) => item,
                                                    __rt::Ok(__rt::None) => return __rt::None,
                                                    __rt::Err(miss) => {
                                                        left.lose_plain(miss);
                                                        return __rt::None;
                                                    }
                                                };
                                                __rt::Some(item)
                                            },
                                        );
                                    if let __rt::Some(miss) = left
                                        .interrupted(0usize, &mut pass)
                                    {
                                        left.lose_plain(miss);
                                        pass.book();
                                        left.mend();
                                    }
                                    pass.end();
                                    if __rt::Head::is_full(&to_store_from_left) {
                                        turn.wait().await;
                                        pass.hand_over(&mut [&mut to_store_from_left]).await;
                                    }
                                }
                                turn.wait().await;
                                pass.hand_over(&mut [&mut to_store_from_left]).await;
                                __rt::std::mem::drop(turn);
                                left_in
                                    .enough_if(__rt::Head::is_sated(&to_store_from_left));
                            }
                        }
                    },
                );
            } else if left.is_one() {
                let left_order = left.order(left_workers);
                run.pool(
                    "left",
                    left.is_blocking(),
                    left_workers,
                    move |workers| {
                        let mut to_store_from_left = __rt::Clone::clone(
                            &to_store_from_left,
                        );
                        let mut left = left
                            .quick_pool(
                                __rt::Merge::of(__rt::Clone::clone(&left_queue)),
                                workers,
                            )
                            .in_order(&left_order);
                        async move {
                            while left.fill(&mut [&mut to_store_from_left]).await {
                                while let __rt::Some(came) = left.pop() {
                                    let __rt::Ok(__rt::Some(item)) = came else {
                                        continue;
                                    };
                                    to_store_from_left.push(item);
                                }
                                left.enough_if(__rt::Head::is_sated(&to_store_from_left));
                            }
                            __rt::hand_over(&mut [&mut to_store_from_left]).await;
                        }
                    },
                );
            } else {
                run.workers(
                    "left",
                    (left.is_plain(), left.is_blocking()),
                    left_workers,
                    move |_| {
                        let mut to_store_from_left = __rt::Clone::clone(
                            &to_store_from_left,
                        );
                        let left_order = __rt::Clone::clone(&left_order);
                        let mut left = left.stage();
                        let mut left_in = __rt::Intake::new(
                            __rt::Merge::of(__rt::Clone::clone(&left_queue)),
                            left.cell(),
                            left.tally(),
                        );
                        async move {
                            let mut pass = left_in.pass();
                            while let __rt::Some(turn) = pass
                                .flushing(left_in.fill_in_turn(&left_order), &mut [])
                                .await
                            {
                                'left_items: loop {
                                    if pass.is_over(false) {
                                        pass.hand_over(&mut []).await;
                                    }
                                    let __rt::Some(item) = left_in.pop() else { break };
                                    pass.begin();
                                    left.resume(item);
                                    let left_out = 'left_call: {
                                        let miss = match pass.flushing(left.call(), &mut []).await {
                                            __rt::Ok(given) => break 'left_call given,
                                            __rt::Err(miss) => miss,
                                        };
                                        pass.flushing(left.lose(miss), &mut []).await;
                                        continue 'left_items;
                                    };
                                    let mut left_out = __rt::std::pin::pin!(left_out);
                                    loop {
                                        if pass.is_over(false) {
                                            pass.hand_over(&mut []).await;
                                        }
                                        let __rt::Some(item) = pass
                                            .flushing(__rt::next(&mut left_out), &mut [])
                                            .await else { break };
                                        pass.begin();
                                        to_store_from_left.push(item);
                                        if __rt::Head::is_full(&to_store_from_left) {
                                            turn.wait().await;
                                            pass.hand_over(&mut [&mut to_store_from_left]).await;
                                        }
                                    }
                                }
                                turn.wait().await;
                                pass.hand_over(&mut [&mut to_store_from_left]).await;
                                __rt::std::mem::drop(turn);
                                left_in
                                    .enough_if(__rt::Head::is_sated(&to_store_from_left));
                            }
                        }
                    },
                );
            }
        }

        // island: right
        {
            let mut right = right.stage();
            let mut right_in = __rt::Intake::new(
                __rt::Merge::of(__rt::Clone::clone(&left_queue)),
                right.cell(),
                right.tally(),
            );
            let blocking = right.is_blocking();
            if right.is_plain() {
                run.island(
                    "right",
                    blocking,
                    async move {
                        let mut pass = right_in.pass();
                        pass.add(right.seat());
                        while right_in
                            .next(&mut pass, &mut [&mut to_store_from_right])
                            .await
                        {
                            right_in
                                .pour(
                                    &mut pass,
                                    __rt::room(&[&to_store_from_right]),
                                    (
                                        &mut to_store_from_right,
                                        __rt::Both(__rt::Untouched, right.gives()),
                                    ),
                                    |item, lap| {
                                        let called = right.plain(item);
                                        lap.mark(0usize);
                                        let item = match called {
                                            __rt::Ok(__rt::Some(item)) => item,
                                            __rt::Ok(__rt::None) => return __rt::None,
                                            __rt::Err(miss) => {
                                                right.lose_plain(miss);
                                                return __rt::None;
                                            }
                                        };
                                        __rt::Some(item)
                                    },
                                );
                            if let __rt::Some(miss) = right
                                .interrupted(0usize, &mut pass)
                            {
                                right.lose_plain(miss);
                                pass.book();
                                right.mend();
                            }
                            right_in
                                .enough_if(__rt::Head::is_sated(&to_store_from_right));
                        }
                    },
                );
            } else if right.is_one() {
                run.island(
                    "right",
                    blocking,
                    async move {
                        let mut pass = right_in.pass();
                        pass.add(right.seat());
                        while right_in
                            .next(&mut pass, &mut [&mut to_store_from_right])
                            .await
                        {
                            let most = pass.limit(__rt::room(&[&to_store_from_right]));
                            let panic = __rt::guarded(async {
                                    for _ in 0..most {
                                        let __rt::Some(item) = right_in.pop() else { break };
                                        pass.begin();
                                        let called = pass
                                            .awaits(
                                                right.quick(item),
                                                |pass, halt| {
                                                    pass.halted(0usize, halt, &mut [&mut to_store_from_right])
                                                },
                                            )
                                            .await;
                                        let item = match right.came(called, &mut pass, 0usize) {
                                            __rt::Ok(__rt::Some(item)) => item,
                                            __rt::Ok(__rt::None) => continue,
                                            __rt::Err(miss) => {
                                                right.lose_plain(miss);
                                                continue;
                                            }
                                        };
                                        to_store_from_right.push(item);
                                    }
                                })
                                .await;
                            pass.interrupted_by(panic);
                            if let __rt::Some(miss) = right
                                .interrupted(0usize, &mut pass)
                            {
                                right.lose_plain(miss);
                                pass.book();
                                right.mend();
                            }
                            right_in
                                .enough_if(__rt::Head::is_sated(&to_store_from_right));
                        }
                    },
                );
            } else {
                run.island(
                    "right",
                    blocking,
                    async move {
                        let mut pass = right_in.pass();
                        while pass
                            .flushing(right_in.fill(), &mut [&mut to_store_from_right])
                            .await
                        {
                            'right_items: loop {
                                if pass.is_over(__rt::Head::is_full(&to_store_from_right)) {
                                    pass.hand_over(&mut [&mut to_store_from_right]).await;
                                }
                                let __rt::Some(item) = right_in.pop() else { break };
                                pass.begin();
                                right.resume(item);
                                let right_out = 'right_call: {
                                    let miss = match pass
                                        .flushing(right.call(), &mut [&mut to_store_from_right])
                                        .await
                                    {
                                        __rt::Ok(given) => break 'right_call given,
                                        __rt::Err(miss) => miss,
                                    };
                                    pass.flushing(
                                            right.lose(miss),
                                            &mut [&mut to_store_from_right],
                                        )
                                        .await;
                                    continue 'right_items;
                                };
                                let mut right_out = __rt::std::pin::pin!(right_out);
                                loop {
                                    if pass.is_over(__rt::Head::is_full(&to_store_from_right)) {
                                        pass.hand_over(&mut [&mut to_store_from_right]).await;
                                    }
                                    let __rt::Some(item) = pass
                                        .flushing(
                                            __rt::next(&mut right_out),
                                            &mut [&mut to_store_from_right],
                                        )
                                        .await else { break };
                                    pass.begin();
                                    to_store_from_right.push(item);
                                    if __rt::Head::is_full(&to_store_from_right) {
                                        pass.hand_over(&mut [&mut to_store_from_right]).await;
                                    }
                                }
                            }
                            right_in
                                .enough_if(__rt::Head::is_sated(&to_store_from_right));
                        }
                        pass.hand_over(&mut [&mut to_store_from_right]).await;
                    },
                );
            }
        }

        // island: store
        {
            let mut store = store.stage();
            let mut store_in = __rt::Intake::new(
                __rt::Merge::of(store_from_left_queue).and(store_from_right_queue),
                store.cell(),
                store.tally(),
            );
            let blocking = store.is_blocking();
            if store.is_plain() {
                run.island(
                    "store",
                    blocking,
                    async move {
                        let mut pass = store_in.pass();
                        pass.add(store.seat());
                        while store_in.next(&mut pass, &mut []).await {
                            store_in
                                .each(
                                    &mut pass,
                                    __rt::room(&[]),
                                    |item, lap| {
                                        let called = store.plain(item);
                                        lap.mark(0usize);
                                        if let __rt::Err(miss) = called {
                                            store.lose_plain(miss);
                                        }
                                        true
                                    },
                                );
                            if let __rt::Some(miss) = store
                                .interrupted(0usize, &mut pass)
                            {
                                store.lose_plain(miss);
                                pass.book();
                                store.mend();
                            }
                        }
                    },
                );
            } else if store.is_one() {
                run.island(
                    "store",
                    blocking,
                    async move {
                        let mut pass = store_in.pass();
                        pass.add(store.seat());
                        while store_in.next(&mut pass, &mut []).await {
                            let most = pass.limit(__rt::room(&[]));
                            let panic = __rt::guarded(async {
                                    for _ in 0..most {
                                        let __rt::Some(item) = store_in.pop() else { break };
                                        pass.begin();
                                        let called = pass
                                            .awaits(
                                                store.quick(item),
                                                |pass, halt| pass.halted(0usize, halt, &mut []),
                                            )
                                            .await;
                                        if let __rt::Err(miss) = store
                                            .came(called, &mut pass, 0usize)
                                        {
                                            store.lose_plain(miss);
                                        }
                                    }
                                })
                                .await;
                            pass.interrupted_by(panic);
                            if let __rt::Some(miss) = store
                                .interrupted(0usize, &mut pass)
                            {
                                store.lose_plain(miss);
                                pass.book();
                                store.mend();
                            }
                        }
                    },
                );
            } else {
                run.island(
                    "store",
                    blocking,
                    async move {
                        let mut pass = store_in.pass();
                        while pass.flushing(store_in.fill(), &mut []).await {
                            'store_items: loop {
                                if pass.is_over(false) {
                                    pass.hand_over(&mut []).await;
                                }
                                let __rt::Some(item) = store_in.pop() else { break };
                                pass.begin();
                                store.resume(item);
                                let store_out = 'store_call: {
                                    let miss = match pass.flushing(store.call(), &mut []).await
                                    {
                                        __rt::Ok(given) => break 'store_call given,
                                        __rt::Err(miss) => miss,
                                    };
                                    pass.flushing(store.lose(miss), &mut []).await;
                                    continue 'store_items;
                                };
                                let mut store_out = __rt::std::pin::pin!(store_out);
                                while pass
                                    .flushing(__rt::next(&mut store_out), &mut [])
                                    .await
                                    .is_some()
                                {}
                            }
                        }
                        pass.hand_over(&mut []).await;
                    },
                );
            }
        }
    }
}
