//! Many items through every kind of edge, under real threads.
//!
//! `ELECTRICIAN_SOAK=100000000` sends so many through each of them, and wants `--release`.

use tokio::task::{JoinHandle, JoinSet, yield_now};

use super::*;

fn items() -> u64 {
    let told = std::env::var("ELECTRICIAN_SOAK").ok();
    told.map_or(300_000, |items| items.parse().expect("a number of items"))
}

/// What a consumer saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    items: u64,
    sum: u64,
}

impl Seen {
    fn all(items: u64) -> Self {
        Self {
            items,
            sum: items * (items - 1) / 2,
        }
    }

    fn see(&mut self, item: u64) {
        self.items += 1;
        self.sum += item;
    }

    fn and(self, other: Self) -> Self {
        Self {
            items: self.items + other.items,
            sum: self.sum + other.sum,
        }
    }
}

async fn join_all(consumers: JoinSet<Seen>) -> Seen {
    let seen = consumers.join_all().await;
    seen.into_iter().fold(Seen::default(), Seen::and)
}

/// Sends every `step`-th number, and lets others go on where the edge does not.
async fn produce(mut sender: Sender<u64>, numbers: impl Iterator<Item = u64>) {
    for (turn, item) in numbers.enumerate() {
        sender.send(item).await;
        if turn % 4096 == 0 {
            yield_now().await;
        }
    }
    sender.flush().await;
}

/// Takes everything, and sees that each of the producers' items come in order.
async fn consume(mut receiver: Receiver<u64>, producers: usize) -> Seen {
    let (mut seen, mut next) = (Seen::default(), vec![0; producers]);
    let lanes = producers as u64;
    while receiver.fill().await.is_some() {
        for item in receiver.drain() {
            let lane = usize::try_from(item % lanes).unwrap();
            assert!(next[lane] <= item, "each producer's order is kept");
            next[lane] = item + 1;
            seen.see(item);
        }
    }
    seen
}

/// Sends all items through an edge, and gives back what arrived and what did not.
async fn soak(options: EdgeOptions) -> (Seen, u64) {
    let (senders, receivers) = (options.senders, options.receivers);
    let (sender, receiver, probe) = edge(options);
    let mut consumers = JoinSet::new();
    for _ in 0..receivers {
        consumers.spawn(consume(receiver.clone(), senders));
    }
    let numbers = |first| (first..items()).step_by(senders);
    let producers: Vec<JoinHandle<()>> = (0..senders as u64)
        .map(|first| tokio::spawn(produce(sender.clone(), numbers(first))))
        .collect();
    drop((sender, receiver));
    for producer in producers {
        producer.await.expect("a producer ends");
    }
    let seen = join_all(consumers).await;
    let (sent, taken, dropped, queued) = counters(&probe);
    assert_eq!((sent, queued), (items(), 0));
    assert_eq!(seen.items, taken);
    (seen, dropped)
}

async fn loses_nothing(senders: usize, receivers: usize, single: bool) {
    let outcome = soak(EdgeOptions {
        senders,
        receivers,
        single,
        ..EdgeOptions::default()
    });
    assert_eq!(outcome.await, (Seen::all(items()), 0));
}

async fn accounts_for_its_losses(overflow: Overflow) {
    let (seen, dropped) = soak(EdgeOptions {
        senders: 2,
        receivers: 2,
        overflow,
        ..EdgeOptions::default()
    })
    .await;
    assert_eq!(seen.items + dropped, items());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_to_one_loses_nothing() {
    loses_nothing(1, 1, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_to_one_lose_nothing() {
    loses_nothing(3, 1, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_to_many_loses_nothing() {
    loses_nothing(1, 3, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_to_many_lose_nothing() {
    loses_nothing(3, 3, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_items_are_not_lost() {
    loses_nothing(1, 3, true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drop_newest_accounts_for_its_losses() {
    accounts_for_its_losses(Overflow::DropNewest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drop_oldest_accounts_for_its_losses() {
    accounts_for_its_losses(Overflow::DropOldest).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fail_accounts_for_its_losses() {
    accounts_for_its_losses(Overflow::Fail).await;
}

/// Two producers that hand each item to the slot of its key, over an edge of their own for each slot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_get_all_items_of_their_keys_in_order() {
    const SLOTS: usize = 8;
    let mut probes = Vec::new();
    let mut ways: Vec<Vec<Sender<u64>>> = vec![Vec::new(), Vec::new()];
    let mut consumers = JoinSet::new();
    for slot in 0..SLOTS as u64 {
        let mut inputs = Vec::new();
        for way in &mut ways {
            let (sender, receiver, probe) = holding(256);
            way.push(sender);
            inputs.push(receiver);
            probes.push(probe);
        }
        consumers.spawn(consume_slot(merged(inputs), slot));
    }
    let producers: Vec<JoinHandle<()>> = ways
        .into_iter()
        .zip(0..)
        .map(|(mut slots, lane)| {
            tokio::spawn(async move {
                for item in (lane..items()).step_by(2) {
                    let slot = usize::try_from(item / 2).unwrap() % SLOTS;
                    slots[slot].send(item).await;
                }
                for slot in &mut slots {
                    slot.flush().await;
                }
            })
        })
        .collect();
    for producer in producers {
        producer.await.expect("a producer ends");
    }
    assert_eq!(join_all(consumers).await, Seen::all(items()));
    let taken: u64 = probes.iter().map(|probe| counters(probe).1).sum();
    assert_eq!(taken, items());
}

async fn consume_slot(mut input: Merge<u64>, slot: u64) -> Seen {
    let (mut seen, mut next) = (Seen::default(), [0; 2]);
    while input.fill().await.is_some() {
        while let Some(item) = input.pop() {
            assert_eq!(item / 2 % 8, slot);
            let lane = usize::try_from(item % 2).unwrap();
            assert!(next[lane] <= item, "the order is kept");
            next[lane] = item + 1;
            seen.see(item);
        }
    }
    seen
}

/// Every item goes around the loop three times before it is done; so many are under way at most that the loop,
/// which blocks, never fills up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loop_ends_with_nothing_left() {
    const UNDER_WAY: usize = 10_000;
    let cycle = Cycle::new();
    let part = |capacity, role| {
        edge::<u64>(EdgeOptions {
            capacity,
            cycle: Some(CyclePlace {
                cycle: cycle.clone(),
                role,
            }),
            ..EdgeOptions::default()
        })
    };
    let (mut back, again, feedback) = part(8 * UNDER_WAY, CycleRole::Feedback);
    let (mut outside, input, entry) = part(1024, CycleRole::Entry);
    let stage = tokio::spawn(async move {
        let (mut input, mut turns) = (Merge::of(input).and(again), 0_u64);
        loop {
            input.settle();
            if input.fill().await.is_none() {
                return turns;
            }
            while let Some(left) = input.pop() {
                turns += 1;
                if left > 0 {
                    back.push(left - 1);
                }
            }
            back.flush().await;
        }
    });
    let starts = items() / 4;
    for _ in 0..starts {
        while cycle.outstanding() > UNDER_WAY {
            yield_now().await;
        }
        outside.send(3).await;
    }
    outside.flush().await;
    drop(outside);
    assert_eq!(stage.await.expect("the loop ends"), 4 * starts);
    assert!(cycle.is_over());
    assert_eq!(counters(&entry), (starts, starts, 0, 0));
    assert_eq!(counters(&feedback), (3 * starts, 3 * starts, 0, 0));
}
