//! A consumer of the model: the chunk that it must have got, and what it does.

use std::collections::VecDeque;

use super::producer::{Item, Name};
use super::world::World;
use super::*;

pub(super) struct Consumer {
    pub(super) head: Receiver<Item>,
    pub(super) task: Task,
    pub(super) waits: bool,
    pub(super) enough: bool,
    pub(super) chunk: VecDeque<Name>,
    /// The number of the chunk's first item.
    first: u64,
}

impl Consumer {
    pub(super) fn new(head: Receiver<Item>, enough: bool) -> Self {
        Self {
            head,
            task: Task::default(),
            waits: false,
            enough,
            chunk: VecDeque::new(),
            first: 0,
        }
    }

    /// In the line, and not called.
    pub(super) fn sleeps(&self) -> bool {
        self.waits && !self.task.is_woken()
    }
}

impl World {
    pub(super) fn fill(&mut self, head: usize) {
        let expected = self.expected(head);
        let Some(consumer) = self.consumer(head).filter(|consumer| !consumer.sleeps()) else {
            return;
        };
        consumer.task.wakes();
        let filled = consumer.task.fill(&mut consumer.head);
        consumer.waits = filled.is_pending();
        assert_eq!(filled, expected);
        self.took(head, filled);
    }

    pub(super) fn take_now(&mut self, head: usize) {
        let expected = self.expected(head);
        let Some(consumer) = self.consumer(head) else {
            return;
        };
        let filled = consumer.head.take_now();
        consumer.waits &= filled.is_none() && expected.is_pending();
        assert_eq!(
            filled,
            if let Poll::Ready(filled) = expected {
                filled
            } else {
                None
            }
        );
        self.took(head, Poll::Ready(filled));
    }

    pub(super) fn try_fill(&mut self, head: usize) {
        let expected = self.expected(head);
        let Some(consumer) = self.consumer(head) else {
            return;
        };
        let filled = try_once(consumer.head.fill());
        consumer.waits = false;
        assert_eq!(filled.map_or(Poll::Pending, Poll::Ready), expected);
        self.took(head, expected);
    }

    /// What a consumer that asks now must get.
    fn expected(&mut self, head: usize) -> Poll<Option<Filled>> {
        let (queued, taken, take) = (self.queue.len(), self.taken(), self.limits.take);
        let is_over = self.is_over();
        let Some(consumer) = self.consumer(head) else {
            return Poll::Pending;
        };
        if !consumer.chunk.is_empty() {
            let (first, len) = (consumer.first, consumer.chunk.len());
            return Poll::Ready(Some(Filled { first, len }));
        }
        if queued == 0 {
            return if is_over {
                Poll::Ready(None)
            } else {
                Poll::Pending
            };
        }
        let len = queued.min(take);
        Poll::Ready(Some(Filled { first: taken, len }))
    }

    /// Moves the chunk that a consumer has got now from the queue of the model.
    fn took(&mut self, head: usize, filled: Poll<Option<Filled>>) {
        let (Poll::Ready(Some(filled)), Some(consumer)) = (filled, self.consumers[head].as_mut())
        else {
            return;
        };
        if consumer.chunk.is_empty() {
            consumer.first = filled.first;
            consumer.chunk.extend(self.queue.drain(..filled.len));
        }
    }

    pub(super) fn pop(&mut self, head: usize, items: u8) {
        let Some(consumer) = self.consumer(head) else {
            return;
        };
        let mut popped = 0;
        for item in consumer.head.drain().take(usize::from(items)) {
            assert_eq!(Some(item.name), consumer.chunk.pop_front());
            consumer.first += 1;
            popped += 1;
        }
        self.popped += popped;
    }

    pub(super) fn clone_receiver(&mut self, head: usize) {
        let model = self.consumers.iter().flatten().next();
        let clone = model.map(|consumer| Consumer::new(consumer.head.clone(), consumer.enough));
        if let (Some(clone), Some(place @ None)) = (clone, self.consumers.get_mut(head)) {
            *place = Some(clone);
        }
    }

    pub(super) fn drop_receiver(&mut self, head: usize) {
        let Some(consumer) = self.consumers.get_mut(head).and_then(Option::take) else {
            return;
        };
        self.lost += consumer.chunk.len() as u64;
        let dropped = self.probe.stats().dropped;
        drop(consumer.head);
        let dropped = self.probe.stats().dropped - dropped;
        if self.consumers.iter().all(Option::is_none) {
            assert_eq!(dropped, self.queue.len() as u64);
            self.queue.clear();
        } else {
            assert_eq!(dropped, 0);
        }
    }
}
