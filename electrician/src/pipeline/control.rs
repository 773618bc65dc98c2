//! What all the tasks of one run share: its phase, its first failure, and the bells of its sources.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
    task::{Context, Waker},
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::Error;

/// Where a run stands. A phase is only left for a later one, but for `Paused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Phase {
    Running,
    Paused,
    Draining,
    Aborted,
}

impl Phase {
    fn of(number: u8) -> Self {
        [Self::Running, Self::Paused, Self::Draining, Self::Aborted][usize::from(number)]
    }
}

/// The control of one run.
#[derive(Debug)]
pub(crate) struct Control {
    phase: AtomicU8,
    bells: Mutex<Vec<Arc<Bell>>>,
    closers: Mutex<Vec<Closer>>,
    failure: Mutex<Option<Error>>,
    changed: Notify,
    pub(crate) abort: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) started: Instant,
}

/// Closes an input when the run drains.
struct Closer(Box<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Closer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Closer")
    }
}

/// How one source hears of a new phase.
#[derive(Debug, Default)]
pub(crate) struct Bell(Mutex<Option<Waker>>);

impl Bell {
    /// Wakes this context at the next change of phase.
    pub(crate) fn listen(&self, cx: &Context<'_>) {
        let mut waker = lock(&self.0);
        if !waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
    }

    fn ring(&self) {
        let waker = lock(&self.0).take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Control {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(Phase::Running as u8),
            bells: Mutex::default(),
            closers: Mutex::default(),
            failure: Mutex::default(),
            changed: Notify::new(),
            abort: CancellationToken::new(),
            tasks: TaskTracker::new(),
            started: Instant::now(),
        })
    }

    pub(crate) fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Relaxed))
    }

    /// A bell for one more source.
    pub(crate) fn bell(&self) -> Arc<Bell> {
        let bell = Arc::<Bell>::default();
        lock(&self.bells).push(Arc::clone(&bell));
        bell
    }

    /// Calls this when the run drains or is aborted.
    pub(crate) fn on_close(&self, close: impl Fn() + Send + Sync + 'static) {
        lock(&self.closers).push(Closer(Box::new(close)));
    }

    /// Sources stop; what is in flight completes.
    pub(crate) fn pause(&self) {
        self.enter(Phase::Paused, |phase| phase == Phase::Running);
    }

    pub(crate) fn resume(&self) {
        self.enter(Phase::Running, |phase| phase == Phase::Paused);
    }

    /// Sources end, and everything behind them when it is empty.
    pub(crate) fn drain(&self) {
        self.enter(Phase::Draining, |phase| phase < Phase::Draining);
    }

    /// Drains because of this failure.
    pub(crate) fn stop(&self, failure: Error) {
        self.blame(failure);
        self.drain();
    }

    /// Aborts because of this failure.
    pub(crate) fn fail(&self, failure: Error) {
        if self.phase() != Phase::Aborted {
            self.blame(failure);
            self.abort();
        }
    }

    /// Ends every task at its next await.
    pub(crate) fn abort(&self) {
        self.enter(Phase::Aborted, |phase| phase < Phase::Aborted);
        self.abort.cancel();
    }

    /// The failure that ended the run, if one did: the first.
    pub(crate) fn failure(&self) -> Option<Error> {
        lock(&self.failure).clone()
    }

    fn blame(&self, failure: Error) {
        tracing::error!(stage = failure.stage(), %failure, "pipeline failed");
        lock(&self.failure).get_or_insert(failure);
    }

    fn enter(&self, next: Phase, from: impl Fn(Phase) -> bool) {
        let step = |phase| from(Phase::of(phase)).then_some(next as u8);
        if self.phase.fetch_update(Relaxed, Relaxed, step).is_ok() {
            self.changed.notify_waiters();
            let bells = lock(&self.bells).clone();
            for bell in bells {
                bell.ring();
            }
            if next >= Phase::Draining {
                for Closer(close) in lock(&self.closers).iter() {
                    close();
                }
            }
        }
    }

    /// Goes on at once, unless the run was aborted: a task that gives way then ends here, in the middle of its chunk.
    pub(crate) async fn may_work(&self) {
        while self.phase() == Phase::Aborted {
            tokio::task::yield_now().await;
        }
    }

    /// Nanoseconds since the start.
    pub(crate) fn nanos(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// Milliseconds since the start.
    pub(crate) fn millis(&self) -> u64 {
        self.nanos() / 1_000_000
    }
}

/// Waits until an input may go on. Says whether it is to go on at all.
pub(crate) async fn may_go_on(control: &Control) -> bool {
    loop {
        match control.phase() {
            Phase::Running => return true,
            Phase::Paused => {}
            Phase::Draining | Phase::Aborted => return false,
        }
        let mut changed = std::pin::pin!(control.changed.notified());
        changed.as_mut().enable();
        // what changed before this was not heard
        if control.phase() == Phase::Paused {
            changed.await;
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
