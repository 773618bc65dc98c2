//! A producer of the model: what it keeps, what it does, and what must have come of it.

use std::collections::VecDeque;

use super::world::World;
use super::*;

/// The producer's number, and the count of its items so far.
pub(super) type Name = (usize, u32);

/// An item that knows how many of its kind are alive.
pub(super) struct Item {
    pub(super) name: Name,
    _alive: Arc<()>,
}

pub(super) struct Producer {
    pub(super) head: Sender<Item>,
    pub(super) task: Task,
    pub(super) waits: bool,
    /// What is in the buffer.
    pub(super) kept: VecDeque<Name>,
    number: usize,
    made: u32,
    alive: Arc<()>,
}

impl Producer {
    pub(super) fn new(head: Sender<Item>, number: usize, alive: &Arc<()>) -> Self {
        Self {
            head,
            task: Task::default(),
            waits: false,
            kept: VecDeque::new(),
            number,
            made: 0,
            alive: Arc::clone(alive),
        }
    }

    pub(super) fn make(&mut self) -> Item {
        let name = (self.number, self.made);
        self.made += 1;
        Item {
            name,
            _alive: Arc::clone(&self.alive),
        }
    }

    pub(super) fn push(&mut self) {
        let item = self.make();
        self.kept.push_back(item.name);
        self.head.push(item);
    }

    /// In the line, and not called.
    pub(super) fn sleeps(&self) -> bool {
        self.waits && !self.task.is_woken()
    }

    /// What it offers while it waits.
    pub(super) fn offered(&self) -> usize {
        if self.waits { self.kept.len() } else { 0 }
    }
}

impl World {
    pub(super) fn push(&mut self, head: usize, items: u8) {
        let Some(producer) = self.producer(head) else {
            return;
        };
        let mut pushed = 0;
        while !producer.waits && pushed < u64::from(items) && producer.head.has_room() {
            producer.push();
            pushed += 1;
        }
        self.pushed += pushed;
    }

    pub(super) fn extend(&mut self, head: usize, items: u8) {
        if let Some(producer) = self.producer(head).filter(|producer| !producer.waits) {
            (0..items).for_each(|_| producer.push());
            self.pushed += u64::from(items);
        }
    }

    pub(super) fn flush(&mut self, head: usize) {
        self.hands_over(head, |producer| {
            if !producer.sleeps() {
                producer.task.wakes();
                producer.waits = !producer.task.flush(&mut producer.head);
            }
        });
    }

    /// Does something that may hand over what a producer keeps, and sees that the right thing came of it.
    pub(super) fn hands_over(&mut self, head: usize, act: impl FnOnce(&mut Producer)) {
        let accepts = self.accepts(head);
        let dropped = self.probe.stats().dropped;
        let somebody_sleeps = self.producers.iter().flatten().any(Producer::sleeps);
        let Some(producer) = self.producer(head) else {
            return;
        };
        let is_newcomer = !producer.waits;
        act(producer);
        let gone = producer.kept.len() - producer.head.len();
        let gone: Vec<Name> = producer.kept.drain(..gone).collect();
        if accepts && is_newcomer && somebody_sleeps {
            assert!(gone.is_empty(), "a newcomer slipped in");
        }
        self.arrived(&gone, dropped, accepts);
    }

    /// Whether what this producer hands over now may come in.
    fn accepts(&self, head: usize) -> bool {
        let producer = self.producers.get(head).and_then(Option::as_ref);
        let offers = producer.is_some_and(|producer| producer.offered() > 0);
        self.consumers.iter().any(Option::is_some) && (!self.closed || offers)
    }

    pub(super) fn drop_sender(&mut self, head: usize) {
        let accepts = self.accepts(head);
        let dropped = self.probe.stats().dropped;
        if let Some(mut producer) = self.producers.get_mut(head).and_then(Option::take) {
            drop(producer.head);
            self.arrived(producer.kept.make_contiguous(), dropped, accepts);
        }
    }

    pub(super) fn try_offer(&mut self, head: usize) {
        let accepts = self.accepts(head);
        let closed = self.closed || self.consumers.iter().all(Option::is_none);
        let dropped = self.probe.stats().dropped;
        let Some(producer) = self.producer(head) else {
            return;
        };
        let item = producer.make();
        let name = item.name;
        let outcome = try_once(producer.head.offer(item));
        producer.waits = false;
        let gone = producer.kept.len() - producer.head.len();
        let mut gone: Vec<Name> = producer.kept.drain(..gone).collect();
        match outcome {
            Some(Ok(())) => {
                assert!(!closed, "nobody is left to take it");
                gone.push(name);
                self.pushed += 1;
            }
            Some(Err(back)) => {
                assert!(closed, "it would have been taken");
                assert_eq!(back.name, name);
            }
            None => assert_eq!(self.overflow, Overflow::Block),
        }
        self.arrived(&gone, dropped, accepts);
    }

    /// Items that a producer is rid of: they are in the queue, or were dropped as the edge was told.
    fn arrived(&mut self, items: &[Name], dropped_before: u64, accepts: bool) {
        let dropped = self.probe.stats().dropped - dropped_before;
        let dropped = usize::try_from(dropped).unwrap();
        if !accepts {
            assert_eq!(dropped, items.len(), "nothing comes in any more");
            return;
        }
        let wanted = self.queue.len() + items.len();
        match self.overflow {
            Overflow::Block => {
                self.queue.extend(&items[..items.len() - dropped]);
            }
            Overflow::DropNewest | Overflow::Fail => {
                assert_eq!(dropped, wanted.saturating_sub(self.limits.queue));
                self.queue.extend(&items[..items.len() - dropped]);
            }
            Overflow::DropOldest => {
                assert_eq!(dropped, wanted.saturating_sub(self.limits.queue));
                self.queue.extend(items);
                self.queue.drain(..dropped);
            }
        }
        let alarms = self.alarms.load(Ordering::SeqCst);
        assert!(alarms <= 1, "an alarm sounds once");
        if self.overflow == Overflow::Fail && dropped > 0 {
            assert_eq!(alarms, 1);
        }
    }

    pub(super) fn clone_sender(&mut self, head: usize) {
        let model = self.producers.iter().flatten().next();
        let sender = model.map(|producer| producer.head.clone());
        if let (Some(sender), Some(place @ None)) = (sender, self.producers.get_mut(head)) {
            *place = Some(Producer::new(sender, self.producers_made, &self.alive));
            self.producers_made += 1;
        }
    }
}
