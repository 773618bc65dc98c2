//! A zip on edges: pairs in order, and every item accounted for at its end.

use tokio::time::{Instant, sleep};

use super::*;
use crate::edge::{EdgeOptions, Merge, Sender, edge};

type Pairs = Zip<(Intake<u32>, Intake<char>)>;

fn pairs() -> (Sender<u32>, Sender<char>, Pairs, Arc<Cell>) {
    let definition = zip2(Port::new(), Port::new(), "pairs", &mut Assembly::new());
    let cell = Arc::clone(definition.cell());
    let (numbers, from_numbers, _) = edge(EdgeOptions::default());
    let (letters, from_letters, _) = edge(EdgeOptions::default());
    let zip = definition.intake((Merge::of(from_numbers), Merge::of(from_letters)));
    (numbers, letters, zip, cell)
}

async fn all<S: Sides>(zip: &mut Zip<S>) -> Vec<S::Item> {
    let mut all = Vec::new();
    while zip.fill().await {
        all.extend(std::iter::from_fn(|| zip.pop()));
    }
    all
}

#[tokio::test]
async fn a_pair_completes_two_and_emits_one() {
    let (mut numbers, mut letters, mut zip, cell) = pairs();
    numbers.extend([1, 2, 3]);
    letters.extend("abc".chars());
    drop((numbers, letters));
    assert_eq!(all(&mut zip).await, [(1, 'a'), (2, 'b'), (3, 'c')]);
    let stats = cell.stats();
    assert_eq!(
        (
            stats.received,
            stats.completed,
            stats.emitted,
            stats.in_flight()
        ),
        (6, 6, 3, 0)
    );
}

#[tokio::test]
async fn the_surplus_of_an_input_is_booked_as_dropped() {
    let (mut numbers, mut letters, mut zip, cell) = pairs();
    numbers.extend(0..100);
    letters.extend("ab".chars());
    drop((numbers, letters));
    assert_eq!(all(&mut zip).await, [(0, 'a'), (1, 'b')]);
    let stats = cell.stats();
    assert_eq!(
        (stats.completed, stats.dropped, stats.in_flight()),
        (4, 98, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn an_input_that_ends_tells_the_others() {
    let (mut numbers, letters, mut zip, cell) = pairs();
    let start = Instant::now();
    let counts = tokio::spawn(async move {
        let mut sent = 0;
        while !numbers.is_sated() {
            numbers.send_now(sent).await;
            sent += 1;
            sleep(std::time::Duration::from_millis(10)).await;
        }
        numbers.send_now(sent).await;
        sent + 1
    });
    drop(letters);
    assert_eq!(all(&mut zip).await, []);
    let sent = counts.await.expect("the producer does not panic");
    assert!(start.elapsed().as_millis() < 100);
    assert_eq!(cell.stats().dropped, u64::from(sent));
}

#[tokio::test]
async fn what_waits_for_its_counterpart_is_dropped_with_the_zip() {
    let (mut numbers, mut letters, mut zip, cell) = pairs();
    numbers.extend([1, 2, 3]);
    letters.extend("ab".chars());
    numbers.flush().await;
    letters.flush().await;
    assert!(zip.fill().await);
    assert_eq!(zip.pop(), Some((1, 'a')));
    assert_eq!(cell.stats().in_flight(), 3);
    drop(zip);
    let stats = cell.stats();
    assert_eq!(
        (stats.completed, stats.dropped, stats.in_flight()),
        (2, 3, 0)
    );
}

#[tokio::test]
async fn a_zip_of_six_waits_for_all() {
    let ports = Port::<u8>::new();
    let mut run = Assembly::new();
    let definition = zip6(ports, ports, ports, ports, ports, ports, "six", &mut run);
    let (mut senders, mut receivers) = (Vec::new(), Vec::new());
    for _ in 0..6 {
        let (sender, receiver, _) = edge(EdgeOptions::default());
        senders.push(sender);
        receivers.push(Merge::of(receiver));
    }
    let mut side = || receivers.pop().expect("there are six");
    let mut zip = definition.intake((side(), side(), side(), side(), side(), side()));
    for (n, sender) in (0..).zip(senders.iter_mut().rev()) {
        assert!(zip.is_empty());
        sender.send_now(n).await;
    }
    drop(senders);
    assert_eq!(all(&mut zip).await, [(0, 1, 2, 3, 4, 5)]);
    assert_eq!(zip.tally().completed.get(), 6);
}
