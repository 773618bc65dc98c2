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
    bits: Vec<AtomicU64>,
    /// The task knows that it has to look: it was woken, or it is looking now.
    told: AtomicBool,
    task: Mutex<Option<Waker>>,
}

struct SlotWaker {
    woken: Arc<Woken>,
    slot: usize,
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.woken.set(self.slot);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.set(self.slot);
    }
}

impl Woken {
    /// Of so many slots, none of which was woken.
    pub(super) fn new(slots: usize) -> Arc<Self> {
        let bits = (0..slots.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        let (told, task) = (AtomicBool::new(true), Mutex::new(None));
        Arc::new(Self { bits, told, task })
    }

    /// The waker of a slot.
    pub(super) fn waker(self: &Arc<Self>, slot: usize) -> Waker {
        let woken = Arc::clone(self);
        Waker::from(Arc::new(SlotWaker { woken, slot }))
    }

    /// The task looks now: until it [waits](Self::wait), nobody needs to tell it.
    pub(super) fn look(&self) {
        self.told.store(true, SeqCst);
    }

    /// The slots of a word that were woken, as bits; they count as seen.
    pub(super) fn take(&self, word: usize) -> u64 {
        let bits = &self.bits[word];
        if bits.load(SeqCst) == 0 {
            return 0;
        }
        bits.swap(0, SeqCst)
    }

    /// How many words there are.
    pub(super) fn words(&self) -> usize {
        self.bits.len()
    }

    /// The task waits for the next wake; a slot that was woken while it looked wakes it at once.
    pub(super) fn wait(&self, cx: &Context<'_>) {
        let stale = self.listen(cx);
        drop(stale);
        self.told.store(false, SeqCst);
        if self.bits.iter().any(|bits| bits.load(SeqCst) != 0) && !self.told.swap(true, SeqCst) {
            cx.waker().wake_by_ref();
        }
    }

    fn listen(&self, cx: &Context<'_>) -> Option<Waker> {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        match &*task {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            _ => task.replace(cx.waker().clone()),
        }
    }

    fn set(&self, slot: usize) {
        let before = self.bits[slot / 64].fetch_or(1 << (slot % 64), SeqCst);
        if before != 0 || self.told.swap(true, SeqCst) {
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
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn a_burst_of_wakes_wakes_the_task_once() {
        let (wakes, woken) = (Arc::<Wakes>::default(), Woken::new(200));
        let task = Waker::from(Arc::clone(&wakes));
        woken.wait(&Context::from_waker(&task));
        for slot in 0..200 {
            woken.waker(slot).wake();
        }
        assert_eq!(wakes.0.load(Relaxed), 1);
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
        assert_eq!(wakes.0.load(Relaxed), 0);
        woken.wait(&Context::from_waker(&task));
        assert_eq!(wakes.0.load(Relaxed), 1);
        woken.look();
        assert_eq!(woken.take(0), 1);
    }
}
