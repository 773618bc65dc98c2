//! Backends are switched while calls are under way, over real connections: no call is lost, and none is made twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use electrician::provider::{Combine, Manager, Order as Closing, Preferred, RequestResponse};
use electrician::resilience::{Chain, Retry};
use examples::bank::{Bank, Diary, kinds};
use examples::flaky::{Flaky, Outage, Script};
use examples::order::Order;
use serde_json::json;
use tokio::task::JoinSet;

const SECONDS: Duration = Duration::from_secs(10);

/// Gateways on ports of this machine, and a manager of banks that call them.
struct Town {
    gateways: [Flaky; 2],
    banks: Arc<Manager<Bank, Preferred>>,
    diary: Diary,
}

impl Town {
    async fn new(scripts: [Script; 2]) -> Self {
        let [one, two] = scripts.map(Flaky::start);
        Self {
            gateways: [one.await.expect("a port"), two.await.expect("a port")],
            banks: Arc::new(Manager::new("banks", Preferred::new("main"))),
            diary: Diary::default(),
        }
    }

    /// The main bank is from here on the one that calls this gateway, unless that does not answer.
    async fn switch(&self, gateway: usize, name: &str) -> bool {
        let address = self.gateways[gateway].address();
        let config = json!({ "name": name, "address": address });
        let make = || kinds(&self.diary).create("http", config);
        self.banks.switch("main", make).await.is_ok()
    }

    /// Charges these orders, all at the same time; what fails is tried again, at whichever bank is there by then.
    fn charge(&self, orders: impl IntoIterator<Item = u64>) -> JoinSet<u64> {
        let mut charging = JoinSet::new();
        for id in orders {
            let retry = Retry::up_to(1_000).backoff(Duration::from_millis(1));
            let chain = Chain::new().idempotent().retry(retry);
            let banks = Arc::clone(&self.banks).protected(chain);
            charging.spawn(async move {
                let receipt = banks.call(Order { id, cents: 100 }).await;
                receipt.expect("no call is lost").order
            });
        }
        charging
    }

    fn charged(&self, gateway: usize) -> BTreeSet<u64> {
        self.gateways[gateway].seen().charged.into_keys().collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_flight_end_at_the_old_backend_and_new_ones_go_to_the_new_one() {
    let town = Town::new([Script::default(); 2]).await;
    assert!(town.switch(0, "old").await);
    town.gateways[0].hold();
    let in_flight = town.charge(1..=8);
    town.gateways[0].holds(8).await;

    assert!(town.switch(1, "new").await);
    assert_eq!(town.charge([9]).join_all().await, [9]);
    assert_eq!(town.diary.read(), ["opened old", "opened new"]);

    town.gateways[0].let_go();
    let paid: BTreeSet<u64> = in_flight.join_all().await.into_iter().collect();
    assert!(paid.into_iter().eq(1..=8));
    town.banks.settled(SECONDS).await.expect("it is closed");
    assert_eq!(
        town.diary.read(),
        ["opened old", "opened new", "closed old"]
    );
    assert!(town.charged(0).into_iter().eq(1..=8));
    assert!(town.charged(1).into_iter().eq([9]));
}

/// One of the two is out of order at first and once more under load: it is not switched to while it is down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_switches_under_load_lose_no_call_though_one_backend_is_flaky() {
    let flaky = Script {
        fail_first: 3,
        outage: Some(Outage {
            after: 40,
            lasts: Duration::from_millis(20),
        }),
        ..Script::default()
    };
    let town = Arc::new(Town::new([Script::default(), flaky]).await);
    assert!(town.switch(0, "steady").await);
    assert!(!town.switch(1, "flaky").await, "the steady one goes on");

    let mut callers = JoinSet::new();
    for caller in 0..8 {
        let town = Arc::clone(&town);
        callers.spawn(async move {
            for id in caller * 50..(caller + 1) * 50 {
                assert_eq!(town.charge([id]).join_all().await, [id]);
            }
        });
    }
    for switch in 0..20 {
        town.switch(switch % 2, &format!("bank {switch}")).await;
    }
    callers.join_all().await;
    let closed = town.banks.close_all(Closing::Reverse, SECONDS).await;
    closed.expect("all are closed");

    let [steady, flaky] = [0, 1].map(|gateway| town.charged(gateway));
    assert!((&steady | &flaky).into_iter().eq(0..400));
    assert!(!steady.is_empty() && !flaky.is_empty());
    let diary = town.diary.read();
    let count = |what| diary.iter().filter(|line| line.starts_with(what)).count();
    assert_eq!(count("opened"), count("closed"));
}
