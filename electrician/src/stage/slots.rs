//! Many workers in one task: each is a future of its own, and only those that were woken are polled.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::AcqRel},
    },
    task::{Context, Poll, Wake, Waker},
};

/// Drives a set of workers until all have ended.
///
/// In-flight calls always progress: a worker that waits for room downstream does not keep the others from being polled.
pub(crate) struct Slots<F> {
    workers: Vec<Option<Pin<Box<F>>>>,
    wakers: Vec<Waker>,
    woken: Arc<Woken>,
    left: usize,
}

/// Which workers were woken since they were last polled, a bit each.
struct Woken {
    bits: Vec<AtomicU64>,
    task: Mutex<Option<Waker>>,
}

struct SlotWaker {
    woken: Arc<Woken>,
    slot: usize,
}

impl Woken {
    fn set(&self, slot: usize) {
        let before = self.bits[slot / 64].fetch_or(1 << (slot % 64), AcqRel);
        if before == 0 {
            let task = self
                .task
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone();
            if let Some(task) = task {
                task.wake();
            }
        }
    }

    fn listen(&self, cx: &Context<'_>) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if !task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            *task = Some(cx.waker().clone());
        }
    }
}

impl Wake for SlotWaker {
    fn wake(self: Arc<Self>) {
        self.woken.set(self.slot);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.set(self.slot);
    }
}

impl<F: Future<Output = ()>> Slots<F> {
    pub(crate) fn new(workers: impl IntoIterator<Item = F>) -> Self {
        let workers: Vec<_> = workers
            .into_iter()
            .map(|worker| Some(Box::pin(worker)))
            .collect();
        let left = workers.len();
        let bits = (0..left.div_ceil(64))
            .map(|_| AtomicU64::new(u64::MAX))
            .collect();
        let woken = Arc::new(Woken {
            bits,
            task: Mutex::new(None),
        });
        let waker = |slot| {
            Waker::from(Arc::new(SlotWaker {
                woken: Arc::clone(&woken),
                slot,
            }))
        };
        let wakers = (0..left).map(waker).collect();
        Self {
            workers,
            wakers,
            woken,
            left,
        }
    }

    fn poll_slot(&mut self, slot: usize) {
        let Some(Some(worker)) = self.workers.get_mut(slot) else {
            return;
        };
        let mut cx = Context::from_waker(&self.wakers[slot]);
        if worker.as_mut().poll(&mut cx).is_ready() {
            self.workers[slot] = None;
            self.left -= 1;
        }
    }
}

impl<F: Future<Output = ()>> Future for Slots<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        this.woken.listen(cx);
        for word in 0..this.woken.bits.len() {
            let mut bits = this.woken.bits[word].swap(0, AcqRel);
            while bits != 0 {
                let bit = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                this.poll_slot(word * 64 + bit);
            }
        }
        if this.left == 0 {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_workers_wait_at_once() {
        let started = tokio::time::Instant::now();
        Slots::new((0..200).map(|_| tokio::time::sleep(Duration::from_secs(1)))).await;
        assert_eq!(started.elapsed().as_secs(), 1);
    }

    #[tokio::test]
    async fn a_worker_that_never_ends_keeps_nobody_from_ending() {
        let (ended, mut end) = tokio::sync::mpsc::channel(8);
        let worker = |n: u32| {
            let ended = ended.clone();
            async move {
                if n == 0 {
                    std::future::pending::<()>().await;
                }
                tokio::task::yield_now().await;
                ended.send(n).await.unwrap();
            }
        };
        let slots = tokio::spawn(Slots::new((0..4).map(worker)));
        for _ in 1..4 {
            end.recv().await.unwrap();
        }
        slots.abort();
    }
}
