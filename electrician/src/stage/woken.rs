//! Which calls of a task were woken: a bit each. Wakes come in from anywhere, and the task is woken once for many of them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    task::{Context, Wake, Waker},
};

/// Which slots were woken since this was last asked.
#[derive(Debug)]
pub(super) struct Woken {
    words: Vec<Arc<Word>>,
    bell: Arc<Bell>,
}

/// The bits of 64 slots, in a line of the cache that no other task writes to.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Word(AtomicU64);

/// Wakes the task, once for many wakes.
#[derive(Debug)]
struct Bell {
    /// The task knows that it has to look: it was woken, or it is looking now.
    told: AtomicBool,
    task: Mutex<Option<Waker>>,
}

struct SlotWaker {
    word: Arc<Word>,
    bit: u64,
    bell: Arc<Bell>,
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.word.0.fetch_or(self.bit, SeqCst);
        if !self.bell.told.load(SeqCst) {
            self.bell.ring();
        }
    }
}

impl Woken {
    /// Of so many slots, none of which was woken.
    pub(super) fn new(slots: usize) -> Self {
        let bell = Arc::new(Bell {
            told: AtomicBool::new(true),
            task: Mutex::new(None),
        });
        let words = (0..slots.div_ceil(64)).map(|_| Arc::default()).collect();
        Self { words, bell }
    }

    /// The waker of a slot.
    pub(super) fn waker(&self, slot: usize) -> Waker {
        Waker::from(Arc::new(SlotWaker {
            word: Arc::clone(&self.words[slot / 64]),
            bit: 1 << (slot % 64),
            bell: Arc::clone(&self.bell),
        }))
    }

    /// The task looks now: until it [waits](Self::wait), nobody needs to tell it.
    pub(super) fn look(&self) {
        self.bell.told.store(true, SeqCst);
    }

    /// The slots of a word that were woken, as bits; they count as seen.
    pub(super) fn take(&self, word: usize) -> u64 {
        let bits = &self.words[word].0;
        if bits.load(SeqCst) == 0 {
            return 0;
        }
        bits.swap(0, SeqCst)
    }

    /// How many words there are.
    pub(super) fn words(&self) -> usize {
        self.words.len()
    }

    /// The task waits for the next wake; a slot that was woken while it looked wakes it at once.
    pub(super) fn wait(&self, cx: &Context<'_>) {
        let stale = self.bell.listen(cx);
        drop(stale);
        self.bell.told.store(false, SeqCst);
        let is_woken = |word: &Arc<Word>| word.0.load(SeqCst) != 0;
        if self.words.iter().any(is_woken) && !self.bell.told.swap(true, SeqCst) {
            cx.waker().wake_by_ref();
        }
    }
}

impl Bell {
    fn listen(&self, cx: &Context<'_>) -> Option<Waker> {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        match &*task {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            _ => task.replace(cx.waker().clone()),
        }
    }

    #[cold]
    fn ring(&self) {
        if self.told.swap(true, SeqCst) {
            return;
        }
        // what is woken may end the task, and with it whatever its calls hold: the lock is released first
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task {
            task.wake();
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::wakes::Wakes;

    #[test]
    fn a_burst_of_wakes_wakes_the_task_once() {
        let (wakes, woken) = (Arc::<Wakes>::default(), Woken::new(200));
        let task = Waker::from(Arc::clone(&wakes));
        woken.wait(&Context::from_waker(&task));
        for slot in 0..200 {
            woken.waker(slot).wake();
        }
        assert_eq!(wakes.count(), 1);
        woken.look();
        let bits: u32 = (0..woken.words())
            .map(|word| woken.take(word).count_ones())
            .sum();
        assert_eq!(bits, 200);
    }

    #[test]
    fn what_is_woken_while_the_task_looks_is_not_lost() {
        let (wakes, woken) = (Arc::<Wakes>::default(), Woken::new(1));
        let task = Waker::from(Arc::clone(&wakes));
        woken.look();
        assert_eq!(woken.take(0), 0);
        woken.waker(0).wake();
        assert_eq!(wakes.count(), 0);
        woken.wait(&Context::from_waker(&task));
        assert_eq!(wakes.count(), 1);
        woken.look();
        assert_eq!(woken.take(0), 1);
    }
}
