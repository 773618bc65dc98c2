//! Random histories of several heads, each a task that acts only when it was woken.

use proptest::prelude::*;

use super::*;

/// What a producer pushes: its own number, and the count of its items so far.
type Item = (usize, u32);

#[derive(Debug, Clone, Copy)]
enum Step {
    Push(usize, u8),
    Flush(usize),
    FlushNow(usize),
    DropSender(usize),
    Fill(usize),
    Pop(usize, u8),
    DropReceiver(usize),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..3_usize, 1..5_u8).prop_map(|(head, items)| Step::Push(head, items)),
        8 => (0..3_usize).prop_map(Step::Flush),
        2 => (0..3_usize).prop_map(Step::FlushNow),
        1 => (0..3_usize).prop_map(Step::DropSender),
        8 => (0..3_usize).prop_map(Step::Fill),
        8 => (0..3_usize, 1..20_u8).prop_map(|(head, items)| Step::Pop(head, items)),
        1 => (0..3_usize).prop_map(Step::DropReceiver),
    ];
    let step = prop_oneof![60 => step, 1 => Just(Step::Close)];
    proptest::collection::vec(step, 0..200)
}

struct Producer {
    head: Sender<Item>,
    task: Task,
    waits: bool,
    number: usize,
    pushed: u32,
}

struct Consumer {
    head: Receiver<Item>,
    task: Task,
    waits: bool,
    next: u64,
    ended: bool,
}

struct World {
    producers: Vec<Option<Producer>>,
    consumers: Vec<Option<Consumer>>,
    probe: Probe,
    capacity: usize,
    /// Items that were popped, with their numbers in the order of the edge.
    popped: Vec<(u64, Item)>,
    /// Items that went with a consumer that had taken them.
    lost: u64,
    pushed: u64,
}

impl World {
    fn new(capacity: usize, senders: usize, receivers: usize, overflow: Overflow) -> Self {
        let (sender, receiver, probe) = edge(EdgeOptions {
            capacity,
            overflow,
            senders,
            receivers,
            ..EdgeOptions::default()
        });
        let producer = |number| Producer {
            head: sender.clone(),
            task: Task::default(),
            waits: false,
            number,
            pushed: 0,
        };
        let consumer = |_| Consumer {
            head: receiver.clone(),
            task: Task::default(),
            waits: false,
            next: 0,
            ended: false,
        };
        Self {
            producers: (0..senders).map(producer).map(Some).collect(),
            consumers: (0..receivers).map(consumer).map(Some).collect(),
            probe,
            capacity,
            popped: Vec::new(),
            lost: 0,
            pushed: 0,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Push(head, items) => self.push(head, items),
            Step::Flush(head) => self.flush(head),
            Step::FlushNow(head) => {
                if let Some(producer) = self.producer(head) {
                    producer.head.flush_now();
                    producer.waits = false;
                }
            }
            Step::DropSender(head) => {
                if let Some(producer) = self.producers.get_mut(head) {
                    producer.take();
                }
            }
            Step::Fill(head) => self.fill(head),
            Step::Pop(head, items) => self.pop(head, items),
            Step::DropReceiver(head) => {
                let head = self.consumers.get_mut(head).and_then(Option::take);
                self.lost += head.map_or(0, |consumer| consumer.head.len() as u64);
            }
            Step::Close => self.probe.close(),
        }
        self.look();
    }

    fn producer(&mut self, head: usize) -> Option<&mut Producer> {
        self.producers.get_mut(head)?.as_mut()
    }

    fn consumer(&mut self, head: usize) -> Option<&mut Consumer> {
        self.consumers.get_mut(head)?.as_mut()
    }

    fn push(&mut self, head: usize, items: u8) {
        let Some(producer) = self.producer(head) else {
            return;
        };
        let mut pushed = 0;
        while !producer.waits && pushed < u64::from(items) && producer.head.has_room() {
            producer.head.push((producer.number, producer.pushed));
            producer.pushed += 1;
            pushed += 1;
        }
        self.pushed += pushed;
    }

    fn flush(&mut self, head: usize) {
        let Some(producer) = self.producer(head) else {
            return;
        };
        if !producer.waits || producer.task.wakes() > 0 {
            producer.waits = !producer.task.flush(&mut producer.head);
        }
    }

    fn fill(&mut self, head: usize) {
        let Some(consumer) = self.consumer(head) else {
            return;
        };
        if consumer.waits && consumer.task.wakes() == 0 {
            return;
        }
        let filled = consumer.task.fill(&mut consumer.head);
        consumer.waits = filled.is_pending();
        match filled {
            Poll::Ready(Some(filled)) => consumer.next = filled.first,
            Poll::Ready(None) => consumer.ended = true,
            Poll::Pending => {}
        }
    }

    fn pop(&mut self, head: usize, items: u8) {
        let mut popped = Vec::new();
        let Some(consumer) = self.consumer(head) else {
            return;
        };
        for item in consumer.head.drain().take(usize::from(items)) {
            popped.push((consumer.next, item));
            consumer.next += 1;
        }
        self.popped.extend(popped);
    }

    /// What holds at any moment.
    fn look(&self) {
        let (sent, taken, _, queued) = counters(&self.probe);
        let producers = || self.producers.iter().flatten();
        let offered: usize = producers().filter(|p| p.waits).map(|p| p.head.len()).sum();
        let kept: usize = producers().filter(|p| !p.waits).map(|p| p.head.len()).sum();
        assert_eq!(
            sent + kept as u64,
            self.pushed,
            "what was pushed was sent, or is with its producer"
        );

        let held: usize = self.consumers.iter().flatten().map(|c| c.head.len()).sum();
        assert_eq!(taken, self.popped.len() as u64 + held as u64 + self.lost);

        let buffered: usize = producers().map(|p| p.head.len().saturating_sub(1)).sum();
        let chunks: usize = self
            .consumers
            .iter()
            .flatten()
            .map(|c| c.head.len().saturating_sub(1))
            .sum();
        let waiting = usize::try_from(queued).unwrap() - offered + buffered + chunks;
        assert!(
            waiting <= self.capacity,
            "{waiting} items wait in an edge of {}",
            self.capacity
        );
    }

    /// Lets every task run until none is awake: nobody sleeps while there is something to do.
    fn finish(&mut self) {
        for _ in 0..10_000 {
            for head in 0..3 {
                self.step(Step::Flush(head));
                let done = self
                    .producer(head)
                    .is_some_and(|p| !p.waits && p.head.is_empty());
                if done {
                    self.step(Step::DropSender(head));
                }
                self.step(Step::Fill(head));
                self.step(Step::Pop(head, u8::MAX));
            }
            if self.is_finished() {
                return;
            }
        }
        panic!("a head sleeps for ever: {:?}", self.probe);
    }

    fn is_finished(&self) -> bool {
        self.producers.iter().all(Option::is_none)
            && self.consumers.iter().flatten().all(|c| c.ended)
    }

    /// What holds in the end.
    fn judge(mut self) {
        self.popped.sort_unstable();
        for lane in 0..3 {
            let lane: Vec<u32> = self
                .popped
                .iter()
                .filter(|(_, item)| item.0 == lane)
                .map(|(_, item)| item.1)
                .collect();
            assert!(
                lane.is_sorted_by(|one, other| one < other),
                "out of order: {lane:?}"
            );
        }
        let (sent, taken, _, queued) = counters(&self.probe);
        assert_eq!((sent, queued), (self.pushed, 0));
        if self.lost == 0 {
            let numbers: Vec<u64> = self.popped.iter().map(|(number, _)| *number).collect();
            assert_eq!(
                numbers,
                (0..taken).collect::<Vec<_>>(),
                "numbered without gaps"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn every_history_balances_and_ends(
        capacity in 1..60_usize,
        senders in 1..4_usize,
        receivers in 1..4_usize,
        overflow in prop_oneof![
            3 => Just(Overflow::Block),
            1 => Just(Overflow::DropNewest),
            1 => Just(Overflow::DropOldest),
            1 => Just(Overflow::Fail),
        ],
        steps in steps(),
    ) {
        let mut world = World::new(capacity, senders, receivers, overflow);
        for step in steps {
            world.step(step);
        }
        world.finish();
        world.judge();
    }

    #[test]
    fn blocking_edge_loses_nothing_while_its_heads_live(
        capacity in 1..60_usize,
        senders in 1..4_usize,
        receivers in 1..4_usize,
        steps in steps(),
    ) {
        let mut world = World::new(capacity, senders, receivers, Overflow::Block);
        for step in steps {
            if !matches!(step, Step::Close | Step::DropSender(_) | Step::DropReceiver(_)) {
                world.step(step);
            }
        }
        world.finish();
        prop_assert_eq!(world.popped.len() as u64, world.pushed);
        world.judge();
    }
}
