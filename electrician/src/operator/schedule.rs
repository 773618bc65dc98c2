//! What a worker does next: comes in what its last run came to, and whether there is mail; goes out run, message, or wait.

use std::time::Duration;

use tokio::time::Instant;

use crate::resilience::moment::after;

/// When a worker runs, and whose turn it is when there is mail, too.
#[derive(Debug)]
pub(super) struct Schedule {
    /// When the next run is due; none, if it only takes messages.
    next: Option<Instant>,
    /// Whether the last thing it did was a run.
    ran: bool,
}

/// What is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pick {
    Run,
    Message,
    /// Nothing, before this moment or the next message.
    Wait(Option<Instant>),
}

impl Schedule {
    /// The first run is due at once.
    pub(super) fn new(polls: bool, now: Instant) -> Self {
        Self {
            next: polls.then_some(now),
            ran: false,
        }
    }

    /// What is next. Runs that are due and messages take turns, so that neither starves the other.
    pub(super) fn pick(&mut self, mail: bool, now: Instant) -> Pick {
        let due = self.next.is_some_and(|next| next <= now);
        self.ran = due && !(mail && self.ran);
        match (self.ran, mail) {
            (true, _) => Pick::Run,
            (false, true) => Pick::Message,
            (false, false) => Pick::Wait(self.next),
        }
    }

    /// A run has ended at `now` and rests for so long. Messages do not change when the next one is due.
    pub(super) fn rest(&mut self, idle: Duration, now: Instant) {
        self.next = (idle < Duration::MAX).then(|| after(now, idle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_worker_that_only_takes_messages_never_runs() {
        let now = Instant::now();
        let mut schedule = Schedule::new(false, now);
        assert_eq!(schedule.pick(false, now), Pick::Wait(None));
        assert_eq!(schedule.pick(true, now), Pick::Message);
    }

    #[test]
    fn idling_for_ever_is_never() {
        let now = Instant::now();
        let mut schedule = Schedule::new(true, now);
        assert_eq!(schedule.pick(false, now), Pick::Run);
        schedule.rest(Duration::MAX, now);
        assert_eq!(
            schedule.pick(false, after(now, Duration::MAX)),
            Pick::Wait(None)
        );
    }

    proptest! {
        #[test]
        fn runs_come_when_due_and_nobody_waits_for_more_than_one_turn(
            steps in prop::collection::vec((0..20_u64, any::<bool>(), 0..30_u64), 1..200),
        ) {
            let mut now = Instant::now();
            let mut schedule = Schedule::new(true, now);
            let (mut due, mut passed_run, mut passed_mail) = (now, 0, 0);
            for (gap, mail, idle) in steps {
                now += ms(gap);
                match schedule.pick(mail, now) {
                    Pick::Run => {
                        prop_assert!(now >= due, "before its time");
                        schedule.rest(ms(idle), now);
                        (due, passed_run) = (now + ms(idle), 0);
                        passed_mail = if mail { passed_mail + 1 } else { 0 };
                    }
                    Pick::Message => {
                        prop_assert!(mail);
                        passed_mail = 0;
                        passed_run += usize::from(now >= due);
                    }
                    Pick::Wait(until) => {
                        prop_assert!(!mail && now < due);
                        prop_assert_eq!(until, Some(due));
                        passed_mail = 0;
                    }
                }
                prop_assert!(passed_run <= 1 && passed_mail <= 1);
            }
        }
    }
}
