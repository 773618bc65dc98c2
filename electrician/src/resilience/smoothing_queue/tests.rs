//! What the queue promises: its order and its bound, and that everything leaves, under a paused clock.

use super::{super::RateLimit, super::RateLimiter, queue::Queue, *};
use crate::value::Rate;
use proptest::prelude::*;
use std::collections::HashSet;
use tokio::time::{advance, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The items of a queue, in the order in which they leave.
fn drained<T>(queue: &mut Queue<T>) -> Vec<T> {
    let due = std::iter::from_fn(|| queue.pop());
    due.map(|next| match next {
        Next::Due(held) | Next::Expired(held) => held.item,
    })
    .collect()
}

fn held<T>(next: Option<Next<T>>) -> Held<T> {
    match next.expect("there is one") {
        Next::Due(held) | Next::Expired(held) => held,
    }
}

#[test]
fn equal_priorities_are_first_come_first_served() {
    // A heap without a tie-break let 0..8 out as 0, 7, 6, 5, 4, 3, 2, 1.
    let now = Instant::now();
    let mut queue = Queue::new(Smoothing::up_to(8), now);
    for item in 0..8 {
        queue.push(now, 5, item).unwrap();
    }
    assert_eq!(drained(&mut queue), (0..8).collect::<Vec<_>>());
}

#[test]
fn a_higher_priority_goes_first() {
    let now = Instant::now();
    let mut queue = Queue::new(Smoothing::up_to(8), now);
    for item in [3, -1, 7, 3, i32::MIN, i32::MAX] {
        queue.push(now, item, item).unwrap();
    }
    assert_eq!(drained(&mut queue), [i32::MAX, 7, 3, 3, -1, i32::MIN]);
}

#[test]
fn what_has_waited_long_goes_before_what_matters_more() {
    let now = Instant::now();
    for (waited, order) in [
        (0, ["new", "old"]),
        (19, ["new", "old"]),
        (20, ["old", "new"]),
    ] {
        let mut queue = Queue::new(Smoothing::up_to(8).ageing(SECOND * 10), now);
        queue.push(now, 0, "old").unwrap();
        queue.push(now + SECOND * waited, 2, "new").unwrap();
        assert_eq!(drained(&mut queue), order, "after {waited} s");
    }
}

#[test]
fn what_comes_back_stands_where_it_stood() {
    let now = Instant::now();
    let mut queue = Queue::new(Smoothing::up_to(3).attempts(2), now);
    for item in ["a", "b"] {
        queue.push(now, 0, item).unwrap();
    }
    let first = held(queue.pop());
    assert_eq!((first.item, first.attempts, first.came), ("a", 1, now));
    queue.push(now + SECOND, 0, "c").unwrap();
    queue.push_back(first).unwrap();
    let again = held(queue.pop());
    assert_eq!((again.item, again.attempts, again.came), ("a", 2, now));
    let refused = queue.push_back(again).unwrap_err();
    assert_eq!(refused.why, WhyNot::Spent(2));
    assert_eq!(
        refused.to_string(),
        "the item was handed over 2 times already"
    );
    assert_eq!(drained(&mut queue), ["b", "c"]);
}

#[test]
fn a_full_queue_gives_the_item_back_and_says_how_full() {
    let now = Instant::now();
    let mut queue = Queue::new(Smoothing::up_to(1), now);
    queue.push(now, 0, "a").unwrap();
    let refused = queue.push(now, 9, "b").unwrap_err();
    assert_eq!((refused.item, refused.why), ("b", WhyNot::Full(1)));
    assert_eq!(
        refused.to_string(),
        "the smoothing queue is full with 1 items"
    );
    let first = held(queue.pop());
    queue.push(now, 0, "c").unwrap();
    assert_eq!(queue.push_back(first).unwrap_err().item.item, "a");
}

#[test]
fn its_depth_and_its_age_are_visible() {
    let now = Instant::now();
    let mut queue = Queue::new(Smoothing::up_to(4).ttl(SECOND * 3), now);
    for (seconds, priority) in [(0, 0), (1, 9), (2, 0)] {
        queue.push(now + SECOND * seconds, priority, ()).unwrap();
    }
    assert_eq!(
        (queue.snapshot().depth, queue.snapshot().oldest),
        (3, Some(now))
    );
    assert_eq!(queue.expires(), Some(now + SECOND * 3));
    assert_eq!(queue.pop_expired(now + ms(2_999)), None);
    assert!(queue.pop_expired(now + SECOND * 3).is_some());
    queue.pop();
    let snapshot = queue.snapshot();
    assert_eq!(
        (snapshot.depth, snapshot.oldest),
        (1, Some(now + SECOND * 2))
    );
    assert_eq!(
        (snapshot.queued, snapshot.handed_over, snapshot.expired),
        (3, 1, 1)
    );
}

#[test]
fn check_names_the_option_its_value_and_its_range() {
    let fine = Smoothing::up_to(1);
    let cases = [
        (Smoothing::up_to(0), "`capacity` must be at least 1, not 0"),
        (
            fine.ageing(Duration::ZERO),
            "`ageing` must be above zero, not 0ns",
        ),
        (
            fine.ttl(Duration::ZERO),
            "`ttl` must be above zero, not 0ns",
        ),
        (
            fine.attempts(0),
            "`attempts` must be at least 1, not 0; the first hand-over counts",
        ),
    ];
    for (smoothing, sentence) in cases {
        assert_eq!(smoothing.check().unwrap_err().to_string(), sentence);
        assert_eq!(smoothing.within_range().check(), Ok(()));
    }
    assert_eq!(fine.check(), Ok(()));
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Push(i32),
    PushBack,
    Pop,
    Expire,
    Sleep(u64),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        5 => (-3..3_i32).prop_map(Event::Push),
        1 => Just(Event::PushBack),
        3 => Just(Event::Pop),
        1 => Just(Event::Expire),
        2 => (0..400_u64).prop_map(Event::Sleep),
    ]
}

proptest! {
    #[test]
    fn never_exceeds_its_bound_nor_reorders_equals(
        capacity in 1..12_usize,
        ageing in prop::option::of(1..300_u64),
        ttl in prop::option::of(1..2_000_u64),
        events in prop::collection::vec(any_event(), 1..300),
    ) {
        let mut smoothing = Smoothing::up_to(capacity);
        (smoothing.ageing, smoothing.ttl) = (ageing.map(ms), ttl.map(ms));
        let mut now = Instant::now();
        let mut queue = Queue::new(smoothing, now);
        let mut inside: HashSet<u64> = HashSet::new();
        let (mut pushed, mut out) = (0, Vec::new());
        // The highest number of each priority that has left for the first time.
        let mut left = [None; 6];
        for event in events {
            match event {
                Event::Push(priority) => {
                    let room = inside.len() < capacity;
                    prop_assert_eq!(queue.push(now, priority, pushed).is_ok(), room);
                    if room {
                        inside.insert(pushed);
                    }
                    pushed += 1;
                }
                Event::PushBack => if let Some(held) = out.pop() {
                    let held: Held<u64> = held;
                    let item = held.item;
                    if queue.push_back(held).is_ok() {
                        inside.insert(item);
                    }
                },
                Event::Pop | Event::Expire => {
                    let next = if matches!(event, Event::Pop) { queue.pop() } else { queue.pop_expired(now) };
                    if let Some(next) = next {
                        let expired = matches!(next, Next::Expired(_));
                        let held = held(Some(next));
                        prop_assert!(inside.remove(&held.item), "it leaves once");
                        if expired {
                            prop_assert!(now >= held.came + ms(ttl.expect("there is one")));
                        } else if held.attempts == 1 {
                            let index = usize::try_from(held.priority + 3).expect("small");
                            prop_assert!(left[index] < Some(held.item), "in order");
                            left[index] = Some(held.item);
                        }
                        out.push(held);
                    }
                }
                Event::Sleep(millis) => now += ms(millis),
            }
            prop_assert_eq!(queue.snapshot().depth, inside.len());
            prop_assert!(inside.len() <= capacity);
        }
        prop_assert_eq!(drained(&mut queue).len(), inside.len(), "nothing is stranded");
    }
}

fn limiter(rate: Rate, burst: u32) -> RateLimiter {
    RateLimiter::new(RateLimit::new(rate).burst(burst))
}

fn waiting(items: u32, limiter: RateLimiter) -> SmoothingQueue<u32> {
    let queue = SmoothingQueue::new(Smoothing::up_to(10_000), limiter);
    for item in 0..items {
        queue.push(0, item).expect("there is room");
    }
    queue
}

#[tokio::test(start_paused = true)]
async fn it_drains_at_the_full_rate() {
    // One item left at each refill instead of all that the refill was for: 300 of 5,000 in two seconds
    // at a limit of 100 in 10 ms.
    let queue = waiting(5_000, limiter(Rate::new(100, ms(10)), 100));
    let start = Instant::now();
    for item in 0..5_000 {
        assert_eq!(held(queue.next().await).item, item);
    }
    assert!(
        (ms(490)..=ms(492)).contains(&start.elapsed()),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_stranded_after_a_quiet_time() {
    // The loop that drained ended at the first empty tick: of ten items pushed after 200 quiet
    // milliseconds, nine stayed for ever.
    let queue = waiting(0, limiter(Rate::per_second(1), 1));
    let drain = tokio::spawn({
        let queue = queue.clone();
        async move {
            let mut items = Vec::new();
            while let Some(next) = queue.next().await {
                items.push(held(Some(next)).item);
            }
            items
        }
    });
    for round in 0..3 {
        sleep(SECOND * 30).await;
        for item in 0..10 {
            queue.push(0, round * 10 + item).unwrap();
        }
    }
    queue.close();
    assert_eq!(queue.push(0, 99).unwrap_err().why, WhyNot::Closed);
    assert_eq!(drain.await.unwrap(), (0..30).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn each_item_leaves_once_however_many_ask() {
    // Two parts that handed an item to each other until the stack was full let it out a thousand times.
    let limiter = limiter(Rate::per_second(100), 1);
    let queue = waiting(100, limiter.clone());
    queue.close();
    let drains: Vec<_> = (0..7)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut items = Vec::new();
                while let Some(next) = queue.next().await {
                    items.push(held(Some(next)).item);
                }
                (items, Instant::now())
            })
        })
        .collect();
    let start = Instant::now();
    let mut all = Vec::new();
    for drain in drains {
        let (items, ended) = drain.await.unwrap();
        assert_eq!(ended - start, ms(990), "all end with the last item");
        all.extend(items);
    }
    all.sort_unstable();
    assert_eq!(all, (0..100).collect::<Vec<_>>());
    assert_eq!(limiter.snapshot().admitted, 100, "a token each");
}

#[tokio::test(start_paused = true)]
async fn what_expires_is_handed_over_in_time_and_takes_no_token() {
    let limiter = limiter(Rate::per_hour(1), 1);
    let queue = SmoothingQueue::new(Smoothing::up_to(10).ttl(SECOND), limiter.clone());
    limiter.try_acquire().unwrap();
    let start = Instant::now();
    queue.push(0, "late").unwrap();
    assert!(matches!(queue.next().await, Some(Next::Expired(held)) if held.item == "late"));
    assert_eq!(start.elapsed(), SECOND);
    let snapshot = limiter.snapshot();
    assert_eq!((snapshot.admitted, snapshot.waiting), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_takes_neither_item_nor_token() {
    let limiter = limiter(Rate::per_second(1), 1);
    let queue = waiting(2, limiter.clone());
    queue.next().await.unwrap();
    for _ in 0..3 {
        assert!(timeout(ms(300), queue.next()).await.is_err());
    }
    assert_eq!(queue.snapshot().depth, 1);
    advance(ms(100)).await;
    assert_eq!(held(queue.next().await).item, 1);
    assert_eq!(limiter.snapshot().admitted, 2);
}

#[tokio::test(start_paused = true)]
async fn a_limiter_that_lets_nobody_wait_is_asked_again() {
    let limit = RateLimit::new(Rate::per_second(10)).burst(1).waiters(0);
    let queue = waiting(5, RateLimiter::new(limit));
    let start = Instant::now();
    for item in 0..5 {
        assert_eq!(held(queue.next().await).item, item);
    }
    assert_eq!(start.elapsed(), ms(400));
}

#[test]
fn it_crosses_threads() {
    fn crosses<T: Send>(value: T) -> T {
        value
    }
    let queue = waiting(1, limiter(Rate::per_second(1), 1));
    drop(crosses(queue.next()));
    crosses(queue.clone()).close();
}
