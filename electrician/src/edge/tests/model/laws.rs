//! What holds after every step.

use super::consumer::Consumer;
use super::producer::Producer;
use super::world::World;
use super::*;

/// Who slept before a step, in the order in which they had come.
pub(super) struct Asleep {
    senders: Vec<usize>,
    receivers: Vec<usize>,
}

impl World {
    /// Keeps the lines: who begins to wait comes last, who waits again keeps the place, who waits no more is out.
    pub(super) fn line_up(&mut self) {
        let sends = |head: usize| matches!(self.producers.get(head), Some(Some(p)) if p.waits);
        queue_up(&mut self.senders_line, sends);
        let receives = |head: usize| matches!(self.consumers.get(head), Some(Some(c)) if c.waits);
        queue_up(&mut self.receivers_line, receives);
    }

    pub(super) fn asleep(&self) -> Asleep {
        let senders = self.senders_line.iter().copied();
        let receivers = self.receivers_line.iter().copied();
        Asleep {
            senders: senders.filter(|head| self.sender_sleeps(*head)).collect(),
            receivers: receivers
                .filter(|head| self.receiver_sleeps(*head))
                .collect(),
        }
    }

    pub(super) fn look(&self, before: &Asleep) {
        self.everything_is_accounted_for();
        self.bound_is_kept();
        self.nobody_sleeps_while_there_is_work();
        self.calls_come_in_order_and_for_a_reason(before);
        self.sated_is_told();
    }

    fn everything_is_accounted_for(&self) {
        let (sent, taken, _, queued) = counters(&self.probe);
        let offered: usize = self.producers.iter().flatten().map(Producer::offered).sum();
        let kept: usize = self.producers.iter().flatten().map(|p| p.kept.len()).sum();
        assert_eq!(
            sent + (kept - offered) as u64,
            self.pushed,
            "what was pushed was sent, or is with its producer"
        );
        assert_eq!(queued, (self.queue.len() + offered) as u64);
        assert_eq!(taken, self.taken());
        let held: usize = self.consumers.iter().flatten().map(|c| c.chunk.len()).sum();
        assert_eq!(
            Arc::strong_count(&self.alive) - 1 - self.producers.iter().flatten().count(),
            self.queue.len() + kept + held,
            "an item lives as long as somebody has it"
        );
    }

    fn bound_is_kept(&self) {
        assert!(self.queue.len() <= self.limits.queue);
        let beyond_one = |items: usize| items.saturating_sub(1);
        let kept = |p: &Producer| beyond_one(p.head.len().min(self.limits.chunk));
        let kept: usize = self.producers.iter().flatten().map(kept).sum();
        let held = |c: &Consumer| beyond_one(c.head.len());
        let held: usize = self.consumers.iter().flatten().map(held).sum();
        let waiting = self.queue.len() + kept + held;
        assert!(
            waiting <= self.limits.capacity,
            "{waiting} items wait in an edge of {}",
            self.limits.capacity
        );
    }

    fn nobody_sleeps_while_there_is_work(&self) {
        let asleep = self.asleep();
        if !asleep.receivers.is_empty() {
            assert!(!self.is_over(), "a receiver sleeps after the end");
            assert!(
                self.queue.len() <= self.called_receivers() * self.limits.take,
                "a receiver sleeps beside {} items: {:?}",
                self.queue.len(),
                self.probe
            );
        }
        if let Some(first) = asleep.senders.first() {
            let offers = |head: &usize| self.producers[*head].as_ref().map_or(0, Producer::offered);
            let called = self
                .senders_line
                .iter()
                .filter(|head| !self.sender_sleeps(**head));
            let kept_for_others: usize = called.map(offers).sum();
            let room = self
                .limits
                .queue
                .saturating_sub(self.queue.len() + kept_for_others);
            assert!(
                room < offers(first).min(self.limits.chunk),
                "a sender sleeps beside room for {room} items: {:?}",
                self.probe
            );
        }
    }

    fn calls_come_in_order_and_for_a_reason(&self, before: &Asleep) {
        let stays = |head: &&usize| self.senders_line.contains(head);
        let called: Vec<bool> = before
            .senders
            .iter()
            .filter(stays)
            .map(|head| !self.sender_sleeps(*head))
            .collect();
        assert!(
            called.is_sorted_by(|one, other| one >= other),
            "a sender was passed over"
        );

        let stays = |head: &&usize| self.receivers_line.contains(head);
        let called: Vec<bool> = before
            .receivers
            .iter()
            .filter(stays)
            .map(|head| !self.receiver_sleeps(*head))
            .collect();
        assert!(
            called.is_sorted_by(|one, other| one >= other),
            "a receiver was passed over"
        );
        if called.contains(&true) && !self.is_over() {
            assert!(
                (self.called_receivers() - 1) * self.limits.take < self.queue.len(),
                "a receiver was called for nothing"
            );
        }
    }

    fn sated_is_told(&self) {
        let wanted = self.consumers.iter().flatten().any(|c| !c.enough);
        for producer in self.producers.iter().flatten() {
            assert_eq!(producer.head.is_sated(), self.closed || !wanted);
        }
    }

    fn called_receivers(&self) -> usize {
        let called = |head: &&usize| !self.receiver_sleeps(**head);
        self.receivers_line.iter().filter(called).count()
    }

    fn sender_sleeps(&self, head: usize) -> bool {
        self.producers[head].as_ref().is_some_and(Producer::sleeps)
    }

    fn receiver_sleeps(&self, head: usize) -> bool {
        self.consumers[head].as_ref().is_some_and(Consumer::sleeps)
    }
}

fn queue_up(line: &mut Vec<usize>, waits: impl Fn(usize) -> bool) {
    line.retain(|head| waits(*head));
    for head in 0..HEADS {
        if waits(head) && !line.contains(&head) {
            line.push(head);
        }
    }
}
