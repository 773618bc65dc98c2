//! The edge, its heads, and the queue as it must be.

use std::collections::VecDeque;

use super::super::super::limits::Limits;
use super::consumer::Consumer;
use super::producer::{Name, Producer};
use super::*;

pub(super) struct World {
    pub(super) producers: Vec<Option<Producer>>,
    pub(super) consumers: Vec<Option<Consumer>>,
    /// Those who wait, in the order in which they came.
    pub(super) senders_line: Vec<usize>,
    pub(super) receivers_line: Vec<usize>,
    pub(super) probe: Probe,
    pub(super) limits: Limits,
    pub(super) overflow: Overflow,
    pub(super) queue: VecDeque<Name>,
    pub(super) closed: bool,
    pub(super) alive: Arc<()>,
    pub(super) pushed: u64,
    pub(super) popped: u64,
    /// Items that went with a consumer that had taken them.
    pub(super) lost: u64,
    pub(super) producers_made: usize,
    pub(super) alarms: Arc<AtomicUsize>,
}

impl World {
    pub(super) fn new(options: EdgeOptions) -> Self {
        let alarms = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&alarms);
        let (senders, receivers) = (options.senders, options.receivers);
        let (limits, overflow) = (
            Limits::of(&options, size_of::<super::producer::Item>()),
            options.overflow,
        );
        let (sender, receiver, probe) = edge(EdgeOptions {
            alarm: Some(Arc::new(move || {
                heard.fetch_add(1, Ordering::SeqCst);
            })),
            ..options
        });
        let alive = Arc::new(());
        let producer = |number| Producer::new(sender.clone(), number, &alive);
        let consumer = |_| Consumer::new(receiver.clone(), false);
        Self {
            producers: (0..senders).map(producer).map(Some).collect(),
            consumers: (0..receivers).map(consumer).map(Some).collect(),
            senders_line: Vec::new(),
            receivers_line: Vec::new(),
            probe,
            limits,
            overflow,
            queue: VecDeque::new(),
            closed: false,
            alive,
            pushed: 0,
            popped: 0,
            lost: 0,
            producers_made: senders,
            alarms,
        }
    }

    pub(super) fn step(&mut self, step: Step) {
        let asleep = self.asleep();
        match step {
            Step::Push(head, items) => self.push(head, items),
            Step::Extend(head, items) => self.extend(head, items),
            Step::Flush(head) => self.flush(head),
            Step::FlushNow(head) => self.hands_over(head, |producer| {
                producer.head.flush_now();
                producer.waits = false;
            }),
            Step::TryFlush(head) => self.hands_over(head, |producer| {
                try_once(producer.head.flush());
                producer.waits = false;
            }),
            Step::TryOffer(head) => self.try_offer(head),
            Step::CloneSender(head) => self.clone_sender(head),
            Step::DropSender(head) => self.drop_sender(head),
            Step::Fill(head) => self.fill(head),
            Step::TakeNow(head) => self.take_now(head),
            Step::TryFill(head) => self.try_fill(head),
            Step::Pop(head, items) => self.pop(head, items),
            Step::Enough(head) => {
                if let Some(consumer) = self.consumer(head) {
                    consumer.head.enough();
                    consumer.enough = true;
                }
            }
            Step::CloneReceiver(head) => self.clone_receiver(head),
            Step::DropReceiver(head) => self.drop_receiver(head),
            Step::Close => {
                self.probe.close();
                self.closed = true;
            }
        }
        self.line_up();
        self.look(&asleep);
    }

    pub(super) fn producer(&mut self, head: usize) -> Option<&mut Producer> {
        self.producers.get_mut(head)?.as_mut()
    }

    pub(super) fn consumer(&mut self, head: usize) -> Option<&mut Consumer> {
        self.consumers.get_mut(head)?.as_mut()
    }

    /// Nothing comes in any more.
    pub(super) fn is_over(&self) -> bool {
        let offered = self.producers.iter().flatten().any(|p| p.offered() > 0);
        self.producers.iter().all(Option::is_none) || (self.closed && !offered)
    }

    pub(super) fn taken(&self) -> u64 {
        let held = self
            .consumers
            .iter()
            .flatten()
            .map(|c| c.chunk.len() as u64);
        self.popped + self.lost + held.sum::<u64>()
    }

    /// Lets every task run until none is awake: nobody sleeps while there is something to do.
    pub(super) fn finish(&mut self) {
        for _ in 0..10_000 {
            for head in 0..HEADS {
                self.step(Step::Flush(head));
                if self
                    .producer(head)
                    .is_some_and(|p| !p.waits && p.kept.is_empty())
                {
                    self.step(Step::DropSender(head));
                }
                self.step(Step::Fill(head));
                self.step(Step::Pop(head, u8::MAX));
            }
            let done = |c: &Consumer| !c.waits && c.chunk.is_empty();
            if self.producers.iter().all(Option::is_none)
                && self.queue.is_empty()
                && self.consumers.iter().flatten().all(done)
            {
                return;
            }
        }
        panic!("a head sleeps for ever: {:?}", self.probe);
    }

    /// What holds in the end.
    pub(super) fn judge(self) {
        let (sent, taken, _, queued) = counters(&self.probe);
        assert_eq!((sent, queued), (self.pushed, 0));
        assert_eq!(taken, self.popped + self.lost);
        drop((self.producers, self.consumers));
        assert_eq!(Arc::strong_count(&self.alive), 1, "every item is gone");
    }
}
