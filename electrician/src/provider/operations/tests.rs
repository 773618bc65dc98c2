use super::*;
use crate::provider::{
    Connector, Health, Order, RequestResponse,
    tests::lab::{Broken, Lab, lab},
};
use futures_util::future::join_all;
use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    time::Duration,
};

const SECOND: Duration = Duration::from_secs(1);

async fn operations(labs: &[Lab]) -> Operations<Lab> {
    let manager = Manager::new("labs", FirstHealthy);
    for lab in labs {
        let made = || Ok::<_, Broken>(lab.clone());
        manager.init(lab.name(), made).await.unwrap();
    }
    Operations::new(manager)
}

fn resolved(operations: &Operations<Lab>, tier: &str) -> String {
    let lease = operations.resolve("weigh", tier);
    lease.map_or_else(
        |unresolved| unresolved.to_string(),
        |lease| lease.seat().to_owned(),
    )
}

#[tokio::test]
async fn the_first_in_the_order_of_its_tier_does_it() {
    let operations = operations(&[lab("a"), lab("b"), lab("c")]).await;
    operations.bind("weigh", Binding::to("c").priority(2));
    operations.bind(
        "weigh",
        Binding::to("b").tier("gold").tier("silver").priority(1),
    );
    operations.bind("weigh", Binding::to("a").tier("gold"));
    for (tier, name) in [("gold", "a"), ("silver", "b"), ("", "c")] {
        assert_eq!(resolved(&operations, tier), name);
    }
    operations.bind("weigh", Binding::to("a").tier("gold").priority(1));
    assert_eq!(
        resolved(&operations, "gold"),
        "b",
        "of those alike the first that was bound"
    );
    assert!(operations.unbind("weigh", "b") && !operations.unbind("weigh", "b"));
    assert_eq!(resolved(&operations, "gold"), "a");
}

/// Whoever was bound first used to do it, whether it could be called or not.
#[tokio::test]
async fn one_that_cannot_be_called_is_passed_over() {
    let labs = [lab("a"), lab("b")];
    let operations = operations(&labs).await;
    for name in ["ghost", "a", "b"] {
        operations.bind("weigh", Binding::to(name));
    }
    assert_eq!(resolved(&operations, ""), "a");
    labs[0].is(Health::degraded("slow"));
    operations.backends().check(SECOND).await;
    assert_eq!(
        resolved(&operations, ""),
        "b",
        "healthy goes before degraded"
    );
    labs[1].set(|it| &it.out);
    assert_eq!(resolved(&operations, ""), "a");
    labs[0].set(|it| &it.out);
    assert_eq!(
        resolved(&operations, ""),
        "nothing that does `weigh` for `` can be called: `ghost` is not there, `a` is not available, `b` is not available"
    );
}

#[tokio::test]
async fn what_nothing_is_bound_to_says_what_is() {
    let operations = operations(&[lab("a")]).await;
    assert_eq!(
        resolved(&operations, "gold"),
        "nothing does `weigh` for `gold`; nothing is bound"
    );
    operations.bind("count", Binding::to("a"));
    operations.bind("weigh", Binding::to("a").tier("silver"));
    assert_eq!(
        resolved(&operations, "gold"),
        "nothing does `weigh` for `gold`; known: `count`, `weigh`"
    );
}

/// Sixteen who asked at the same time used to make sixteen backends, of which none was initialised and none was closed.
#[tokio::test(start_paused = true)]
async fn who_asks_at_the_same_time_shares_one_backend_that_is_initialised_and_closed() {
    let (one, count) = (lab("one"), Arc::new(AtomicUsize::new(0)));
    let make = {
        let (one, count) = (one.clone(), Arc::clone(&count));
        move || {
            count.fetch_add(1, SeqCst);
            let one = one.clone();
            async move { Ok::<_, Broken>(one) }
        }
    };
    let manager = Manager::new("labs", FirstHealthy);
    let connector = || Ok::<_, Broken>(Connector::new("one", make));
    drop(manager.init("one", connector).await.unwrap());
    let operations = Operations::new(manager);
    operations.bind("weigh", Binding::to("one"));
    let calls = (0..16).map(async |n| operations.resolve("weigh", "").unwrap().call(n).await);
    for (n, answer) in (0..).zip(join_all(calls).await) {
        assert_eq!(answer.unwrap(), n * 2_u32);
    }
    operations
        .backends()
        .close_all(Order::Reverse, SECOND)
        .await
        .unwrap();
    let counts = [
        one.count(|it| &it.inits),
        one.count(|it| &it.closes),
        count.load(SeqCst),
    ];
    assert_eq!(counts, [1, 1, 1]);
    assert_eq!(
        operations.resolve("weigh", "").unwrap_err().passed,
        [("one".to_owned(), Passed::NotThere)]
    );
}
