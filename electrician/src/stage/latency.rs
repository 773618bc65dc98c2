//! How long the calls of a stage take: durations come in, one worker's histogram each, and a sum of them all goes out.

use std::{fmt, iter, sync::OnceLock, time::Duration};

use super::tally::Counter;

#[cfg(test)]
mod tests;

/// The parts of an octave: a cell is at most this part of the durations in it wide.
const PARTS: u64 = 8;
const OCTAVES: usize = 39;
const CELLS: usize = (OCTAVES + 1) * 8;
/// Some 73 minutes, in nanoseconds.
const LONGEST: u64 = (PARTS << OCTAVES) - 1;

/// One worker's histogram of durations.
///
/// For a worker with calls of its own to measure; what a stage's handler takes is recorded by the stage. The cells stand
/// on a logarithmic scale from 1 ns to 73 minutes, each at most 12.5 % wide: 2.5 KiB, allocated at the first record.
///
/// There is a single writer. It loads and stores, which costs a fraction of a shared read-modify-write; of two that
/// write at once, one may lose what it records. Anybody may read at any time.
///
/// # Examples
/// ```
/// use electrician::stage::LatencyCell;
/// use std::time::Duration;
///
/// let worker = LatencyCell::default();
/// worker.record(900, 64);             // one of 64 calls was measured: 900 ns
/// worker.record(2_000_000, 1);        // this one has waited, for 2 ms
/// let latency = worker.latency();
/// assert_eq!(latency.count(), 65);
/// assert_eq!(latency.max(), Some(Duration::from_millis(2)));
/// ```
#[derive(Default)]
pub struct LatencyCell {
    cells: OnceLock<Box<[Counter; CELLS]>>,
    sum: Counter,
    max: Counter,
}

impl LatencyCell {
    /// Records a duration in nanoseconds, and how many calls it stands for.
    ///
    /// The weight of a sample is the number of calls since the last one, itself included, so that the count is that of
    /// the calls. A weight of zero records nothing. What is longer than 73 minutes counts as 73 minutes.
    #[inline]
    pub fn record(&self, nanos: u64, weight: u64) {
        if weight == 0 {
            return;
        }
        let nanos = nanos.min(LONGEST);
        if nanos > self.max.get() {
            self.max.set(nanos);
        }
        let sum = nanos.saturating_mul(weight);
        self.sum.set(self.sum.get().saturating_add(sum));
        let cells = self.cells.get_or_init(empty);
        let cell = &cells[index(nanos)];
        cell.set(cell.get().saturating_add(weight));
    }

    /// What has been recorded so far.
    pub fn latency(&self) -> Latency {
        let Some(cells) = self.cells.get() else {
            return Latency::default();
        };
        let last = cells.iter().rposition(|cell| cell.get() > 0);
        let used = last.map_or(0, |last| last + 1);
        let cells: Vec<_> = cells[..used].iter().map(Counter::get).collect();
        // a record that is under way may be seen in its cell alone
        let seen = last.map_or(0, |last| span(last).0);
        Latency {
            cells,
            sum: self.sum.get(),
            max: self.max.get().max(seen),
        }
    }
}

impl fmt::Debug for LatencyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LatencyCell").field(&self.latency()).finish()
    }
}

/// How long the calls of a stage took.
///
/// Measured is one call of the handler, from its start to its result, its waits included. An attempt of a retry is a
/// call of its own. What lies around the call is not in it: the queue, the wait for a breaker, the backoff, and the
/// outputs that a call gives one by one.
///
/// - Of the calls that wait, at least one in eight is measured, and stands for all since the last one.
/// - Of the others, one in 64 at most, likewise.
///
/// So [`count`](Self::count) is the number of calls, but for those of each worker since its last sample, and a quantile is
/// one over calls of both kinds.
///
/// Exact are the largest and the sum, and with it the mean, of what was measured. A quantile is exact to 6.25 %: it is
/// the middle of a cell that is at most 12.5 % wide. The range ends at 73 minutes, and what is longer counts as that.
/// While the stage runs, a call that ends at this moment may be in one of these numbers and not yet in the other.
///
/// Its `Display` is short, and rounds to two digits: `p50 1.2ms p99 8ms`.
///
/// # Examples
/// ```
/// # use electrician::stage::LatencyCell;
/// # use std::time::Duration;
/// # let worker = LatencyCell::default();
/// # for _ in 0..98 { worker.record(1_200_000, 1); }
/// # for _ in 0..2 { worker.record(8_000_000, 1); }
/// # let running = worker;
/// let latency = running.latency();       // of `running.stages().charge`, say
/// assert_eq!(latency.to_string(), "p50 1.2ms p99 8ms");
/// assert!(latency.p99() < Some(Duration::from_millis(10)));
/// assert_eq!(latency.max(), Some(Duration::from_millis(8)));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[doc(alias("histogram", "percentile"))]
pub struct Latency {
    /// Calls by their duration, without the empty cells at the end.
    cells: Vec<u64>,
    sum: u64,
    max: u64,
}

impl Latency {
    /// The calls that what was measured stands for.
    pub fn count(&self) -> u64 {
        self.cells.iter().copied().fold(0, u64::saturating_add)
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// How long a call took in the mean; none if nothing was measured.
    pub fn mean(&self) -> Option<Duration> {
        let mean = self.sum.checked_div(self.count())?;
        Some(Duration::from_nanos(mean))
    }

    /// How long the longest call took; none if nothing was measured.
    pub fn max(&self) -> Option<Duration> {
        (!self.is_empty()).then(|| Duration::from_nanos(self.max))
    }

    /// The duration that this share of the calls did not exceed, within 6.25 %; none if nothing was measured.
    ///
    /// A share below 0 is taken as 0, the shortest call; one above 1 as 1, the longest, which is exact. That of the
    /// longest call is exact for any share: the 99 % of twenty calls are the maximum of them. NaN is taken as 0.
    ///
    /// # Examples
    /// ```
    /// # use electrician::stage::LatencyCell;
    /// # use std::time::Duration;
    /// # let running = LatencyCell::default();
    /// # for nanos in 1..=10_000 { running.record(nanos, 1); }
    /// let latency = running.latency();       // of calls that took 1 ns, 2 ns … 10 µs
    /// let nine_tenths = latency.quantile(0.9).unwrap();
    /// assert!(nine_tenths.abs_diff(Duration::from_micros(9)) < Duration::from_nanos(9_000 / 16));
    /// assert_eq!(latency.quantile(1.0), latency.max());
    /// ```
    pub fn quantile(&self, share: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = rank(share, count);
        if rank == count {
            return self.max();
        }
        let mut passed = 0_u64;
        let cell = self.cells.iter().position(|calls| {
            passed = passed.saturating_add(*calls);
            passed >= rank
        })?;
        let (least, width) = span(cell);
        Some(Duration::from_nanos((least + width / 2).min(self.max)))
    }

    /// The duration that half of the calls did not exceed; none if nothing was measured.
    pub fn p50(&self) -> Option<Duration> {
        self.quantile(0.5)
    }

    /// The duration that 99 of 100 calls did not exceed; none if nothing was measured.
    pub fn p99(&self) -> Option<Duration> {
        self.quantile(0.99)
    }

    /// Adds what another one holds: the result is as if all had been recorded in one.
    pub fn merge(&mut self, other: &Self) {
        let missing = other.cells.len().saturating_sub(self.cells.len());
        self.cells.extend(iter::repeat_n(0, missing));
        for (calls, more) in self.cells.iter_mut().zip(&other.cells) {
            *calls = calls.saturating_add(*more);
        }
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.p50(), self.p99()) {
            (Some(p50), Some(p99)) => write!(f, "p50 {:?} p99 {:?}", rounded(p50), rounded(p99)),
            _ => f.write_str("nothing measured"),
        }
    }
}

impl fmt::Debug for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latency")
            .field("count", &self.count())
            .field("p50", &self.p50())
            .field("p99", &self.p99())
            .field("max", &self.max())
            .finish_non_exhaustive()
    }
}

/// A duration with the two digits that are worth showing.
pub(crate) fn rounded(duration: Duration) -> Duration {
    let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    let unit = 10_u64.pow(nanos.checked_ilog10().unwrap_or(0).saturating_sub(1));
    Duration::from_nanos(nanos.saturating_add(unit / 2) / unit * unit)
}

/// Which of so many calls, the shortest first, has the duration that this share does not exceed. There is at least one.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share needs no 53 bits, and is not negative"
)]
fn rank(share: f64, count: u64) -> u64 {
    let rank = (share.clamp(0.0, 1.0) * count as f64).ceil();
    (rank as u64).clamp(1, count)
}

/// The cell of a duration. The first two octaves have a cell for each nanosecond, the others eight each.
fn index(nanos: u64) -> usize {
    let octave = ((nanos / PARTS) | 1).ilog2();
    let index = u64::from(octave) * PARTS + (nanos >> octave);
    usize::try_from(index).map_or(CELLS - 1, |index| index.min(CELLS - 1))
}

/// The least duration of a cell, and how many nanoseconds belong to it.
fn span(index: usize) -> (u64, u64) {
    let index = index as u64;
    let octave = (index / PARTS).saturating_sub(1);
    ((index - octave * PARTS) << octave, 1 << octave)
}

fn empty() -> Box<[Counter; CELLS]> {
    Box::new(std::array::from_fn(|_| Counter::default()))
}
