//! A place in a bulkhead: held while a call runs, given back however it ends.

use super::{super::breaker::Verdict, Bulkhead, adaptive::Sample};
use tokio::time::Instant;

/// Permission for one call, which ends when it is dropped.
///
/// It is owned, so it goes where the call goes: kept beside a stream, it ends with the stream. A limit that
/// finds its own learns from [`success`](Self::success) and [`failure`](Self::failure); a permit that is
/// dropped, because its call was cancelled, panicked, or failed for a reason of its own, teaches nothing.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Bulkhead, BulkheadPermit};
///
/// /// The lines of an answer, and the place that they take until the last one is read.
/// struct Lines {
///     lines: Vec<String>,
///     _place: BulkheadPermit,
/// }
///
/// let bulkhead = Bulkhead::new(1);
/// let lines = Lines { lines: vec!["one".into()], _place: bulkhead.try_enter().unwrap() };
/// assert!(bulkhead.try_enter().is_err(), "{:?} are still read", lines.lines);
/// drop(lines);
/// assert!(bulkhead.try_enter().is_ok());
/// ```
#[derive(Debug)]
#[must_use = "a permit that is dropped gives its place back"]
pub struct BulkheadPermit {
    bulkhead: Bulkhead,
    /// When it began and how many ran then, if anybody wants to know.
    began: Option<(Instant, u32)>,
    sample: Option<Sample>,
    /// Whether somebody else answers for the place.
    handed_over: bool,
}

impl BulkheadPermit {
    pub(super) fn new(bulkhead: Bulkhead, running: u32) -> Self {
        let began = bulkhead.learns().then(|| (Instant::now(), running));
        Self {
            bulkhead,
            began,
            sample: None,
            handed_over: false,
        }
    }

    /// The call has ended well.
    pub fn success(self) {
        self.tell(Verdict::Healthy);
    }

    /// The call has failed because the other side has had too much: it refused, or was too slow.
    pub fn failure(self) {
        self.tell(Verdict::Unhealthy);
    }

    /// The call has ended like that.
    pub(super) fn tell(mut self, verdict: Verdict) {
        self.note(verdict);
    }

    /// Keeps for the end what the call shows. The first one counts.
    pub(super) fn note(&mut self, verdict: Verdict) {
        if verdict == Verdict::Unknown {
            return;
        }
        if let Some((began, running)) = self.began.take() {
            self.sample = Some(Sample {
                began,
                ended: Instant::now(),
                running,
                failed: verdict == Verdict::Unhealthy,
            });
        }
    }

    /// Somebody else answers for the place from here on.
    pub(super) fn hand_over(mut self) {
        self.handed_over = true;
    }
}

impl Drop for BulkheadPermit {
    fn drop(&mut self) {
        if !self.handed_over {
            self.bulkhead.leave(self.sample);
        }
    }
}
