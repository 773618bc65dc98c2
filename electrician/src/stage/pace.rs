//! The pace of an island: how many items it goes through before it looks up, from what an item was measured to cost.
//!
//! The clock is read about once in 25 µs, and not at all while an island waits. What comes in is how many items were
//! worked through; what goes out is how many the next stretch may have, and whether the island is to give way.

use std::sync::Arc;

use crate::pipeline::{Control, Phase};

/// A stretch of work lasts about so long at most: what is made in it waits for its end.
const STRETCH: u64 = 50_000;
/// The most items of a stretch.
const LONGEST: usize = 1024;
/// Items that are cheaper than this, in nanoseconds, are handed over without giving way: the consumer is quick, too.
const COSTLY: u64 = 1_000;
/// So long it works on after it has woken somebody by costly work, before it gives way: what is made meanwhile keeps the one
/// that was woken busy until another worker, whose thread may sleep, has come for the island.
const LEAD: u64 = 3 * STRETCH;
/// An island that has worked for so long without a wait lets others run.
const TIRED: u64 = 1_000_000;
/// So long it may put that off for somebody whom it has woken by costly work: another worker takes up one of the two only
/// from the queue of this one, and who lets all others run is not in it.
const WORN_OUT: u64 = 8 * TIRED;

/// How an island lets others run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GivesWay {
    No,
    /// It has woken somebody, after costly work or long ago: the task goes to the end of its queue, so that another worker may take up
    /// the one that was woken.
    ToWoken,
    /// It has not waited for long: timers and input are looked after, too.
    ToAll,
}

/// The measured pace of one island; all times are nanoseconds since the start of the run.
#[derive(Debug)]
pub(super) struct Pace {
    control: Arc<Control>,
    /// The last reading of the clock, if the island has worked without a wait since.
    read: Option<u64>,
    /// When the island went on after it last waited, or gave way.
    began: u64,
    /// The same, but for giving way after costly work; none while it waits, or gives way.
    rested: Option<u64>,
    /// Items since the last reading.
    items: usize,
    /// Items until the next reading.
    due: usize,
    /// Items since the last hand-over.
    made: usize,
    /// Whether a hand-over has woken somebody since others last ran.
    owes: bool,
    limit: usize,
    cost: u64,
}

impl Pace {
    pub(super) fn new(control: Arc<Control>) -> Self {
        Self {
            control,
            read: None,
            began: 0,
            rested: None,
            items: 0,
            due: 1,
            made: 0,
            owes: false,
            limit: 1,
            cost: 0,
        }
    }

    /// How many items a stretch may have.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// How many items this stretch may still have.
    pub(super) fn left(&self) -> usize {
        self.limit.saturating_sub(self.made).max(1)
    }

    /// What was made in this stretch is handed over.
    pub(super) fn handed_over(&mut self) {
        self.made = 0;
    }

    /// So many items were worked through. Gives the time, in nanoseconds since the start, if the clock was read.
    pub(super) fn worked(&mut self, items: usize) -> Option<u64> {
        self.items += items;
        self.made += items;
        self.due = self.due.saturating_sub(items);
        if self.due > 0 && self.read.is_some() {
            return None;
        }
        let Some(read) = self.read else {
            return Some(self.goes_on());
        };
        let now = self.control.nanos();
        self.measured(now.saturating_sub(read));
        (self.read, self.items) = (Some(now), 0);
        Some(now)
    }

    /// Whether the island waits, or has not begun.
    pub(super) fn is_resting(&self) -> bool {
        self.read.is_none()
    }

    /// The island waits: what passes meanwhile says nothing of its items.
    pub(super) fn waits(&mut self) {
        (self.read, self.rested) = (None, None);
        (self.owes, self.made) = (false, 0);
    }

    /// The island goes on. Gives the time, in nanoseconds since the start.
    pub(super) fn goes_on(&mut self) -> u64 {
        let now = self.control.nanos();
        (self.read, self.began, self.items) = (Some(now), now, 0);
        self.rested.get_or_insert(now);
        self.owes = false;
        now
    }

    /// Whether the island is to let others run, now that it has handed over. Who was woken waits behind it for a stretch, or
    /// the [lead](LEAD).
    pub(super) fn gives_way(&mut self, woke: bool) -> GivesWay {
        self.owes |= woke;
        let Some(read) = self.read else {
            return GivesWay::No;
        };
        let awake = self.rested.map_or(0, |rested| read - rested);
        let costly = self.cost >= COSTLY;
        let lead = if costly { LEAD } else { STRETCH };
        let wakes = self.owes && read - self.began >= lead;
        if wakes && costly && awake < WORN_OUT {
            return GivesWay::ToWoken;
        }
        let gives_way = if awake >= TIRED {
            GivesWay::ToAll
        } else if wakes {
            GivesWay::ToWoken
        } else {
            return GivesWay::No;
        };
        self.rested = None;
        gives_way
    }

    /// Nanoseconds since the start of the run.
    pub(super) fn nanos(&self) -> u64 {
        self.control.nanos()
    }

    /// Whether the run was aborted: no further item is worked on.
    pub(super) fn is_aborted(&self) -> bool {
        self.control.phase() == Phase::Aborted
    }

    fn measured(&mut self, elapsed: u64) {
        let items = self.items.max(1);
        self.cost = elapsed / items as u64;
        let fits = STRETCH.checked_div(self.cost).unwrap_or(STRETCH);
        let fits = usize::try_from(fits).unwrap_or(LONGEST);
        // one step at a time, so that the first costly item is not one of many
        self.limit = fits.clamp(1, LONGEST).min(self.limit.saturating_mul(8));
        self.due = (fits / 2).clamp(1, self.limit.saturating_mul(8));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    fn pace() -> Pace {
        let mut pace = Pace::new(Control::new());
        pace.goes_on();
        pace
    }

    async fn works(pace: &mut Pace, items: usize, time: Duration) {
        advance(time).await;
        pace.worked(items);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_wakes_another_by_costly_work_stays_in_the_queue() {
        let mut pace = pace();
        for _ in 0..7 {
            works(&mut pace, 1, Duration::from_millis(1)).await;
            assert_eq!(pace.gives_way(true), GivesWay::ToWoken);
            pace.goes_on();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_wakes_another_by_costly_work_works_ahead_of_it_first() {
        let mut pace = pace();
        works(&mut pace, 2, Duration::from_micros(40)).await;
        assert_eq!(pace.gives_way(true), GivesWay::No);
        works(&mut pace, 2, Duration::from_nanos(LEAD - 40_001)).await;
        assert_eq!(pace.gives_way(false), GivesWay::No);
        works(&mut pace, 2, Duration::from_nanos(1)).await;
        assert_eq!(pace.gives_way(false), GivesWay::ToWoken);
    }

    #[tokio::test(start_paused = true)]
    async fn an_island_that_always_wakes_another_lets_all_others_run_at_last() {
        let mut pace = pace();
        for _ in 0..7 {
            works(&mut pace, 1, Duration::from_millis(1)).await;
            pace.gives_way(true);
            pace.goes_on();
        }
        works(&mut pace, 1, Duration::from_millis(1)).await;
        assert_eq!(pace.gives_way(true), GivesWay::ToAll);
        pace.goes_on();
        works(&mut pace, 1, Duration::from_millis(1)).await;
        assert_eq!(pace.gives_way(true), GivesWay::ToWoken);
    }

    #[tokio::test(start_paused = true)]
    async fn an_island_that_wakes_nobody_lets_all_others_run_after_a_millisecond() {
        let mut pace = pace();
        works(&mut pace, 1, Duration::from_micros(999)).await;
        assert_eq!(pace.gives_way(false), GivesWay::No);
        works(&mut pace, 1, Duration::from_micros(1)).await;
        assert_eq!(pace.gives_way(false), GivesWay::ToAll);
    }

    #[tokio::test(start_paused = true)]
    async fn cheap_work_that_woke_another_goes_on_for_a_stretch_at_most() {
        let mut pace = pace();
        works(&mut pace, 1, Duration::from_nanos(500)).await;
        assert_eq!(pace.gives_way(true), GivesWay::No);
        works(&mut pace, 100, Duration::from_nanos(STRETCH - 501)).await;
        assert_eq!(pace.gives_way(false), GivesWay::No);
        works(&mut pace, 100, Duration::from_nanos(1)).await;
        assert_eq!(pace.gives_way(false), GivesWay::ToWoken);
    }
}
