//! The number and the time of a request come in, whether it is served goes out.

use std::time::Duration;

use tokio::time::Instant;

/// How a gateway is to fail. The default one does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Script {
    /// So many requests fail to begin with.
    pub fail_first: u64,
    /// A time in which all requests fail.
    pub outage: Option<Outage>,
    /// How long each answer takes, whatever it is.
    pub latency: Duration,
}

/// A time in which all requests fail, and are told to come back when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// It begins with the request that follows so many.
    pub after: u64,
    /// It lasts so long from then.
    pub lasts: Duration,
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Serve,
    Refuse { retry_after: Option<Duration> },
}

/// A script and how far it has got.
#[derive(Debug)]
pub(super) struct Plot {
    script: Script,
    asked: u64,
    outage_ends: Option<Instant>,
}

impl Plot {
    pub(super) fn new(script: Script) -> Self {
        Self {
            script,
            asked: 0,
            outage_ends: None,
        }
    }

    /// Decides on the next request, which came `now`.
    pub(super) fn answer(&mut self, now: Instant) -> Answer {
        let before = self.asked;
        self.asked += 1;
        if before < self.script.fail_first {
            return Answer::Refuse { retry_after: None };
        }
        match self.outage_end(before, now) {
            Some(end) if now < end => Answer::Refuse {
                retry_after: Some(end - now),
            },
            _ => Answer::Serve,
        }
    }

    /// The first request that is late enough begins the only outage there is.
    fn outage_end(&mut self, before: u64, now: Instant) -> Option<Instant> {
        let outage = self.script.outage.filter(|outage| before >= outage.after)?;
        Some(*self.outage_ends.get_or_insert(now + outage.lasts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVE: Answer = Answer::Serve;
    const REFUSE: Answer = Answer::Refuse { retry_after: None };

    fn back_in(millis: u64) -> Answer {
        Answer::Refuse {
            retry_after: Some(Duration::from_millis(millis)),
        }
    }

    fn plays(script: Script, requests: &[(u64, Answer)]) {
        let (mut plot, start) = (Plot::new(script), Instant::now());
        for (millis, expected) in requests {
            assert_eq!(
                plot.answer(start + Duration::from_millis(*millis)),
                *expected,
                "at {millis} ms"
            );
        }
    }

    #[test]
    fn default_never_fails() {
        plays(Script::default(), &[(0, SERVE), (0, SERVE), (9, SERVE)]);
    }

    #[test]
    fn first_ones_fail_whatever_the_time() {
        plays(
            Script {
                fail_first: 2,
                ..Script::default()
            },
            &[(0, REFUSE), (99, REFUSE), (99, SERVE)],
        );
    }

    #[test]
    fn outage_begins_with_a_request_and_ends_with_time() {
        let outage = Outage {
            after: 2,
            lasts: Duration::from_millis(100),
        };
        plays(
            Script {
                fail_first: 1,
                outage: Some(outage),
                ..Script::default()
            },
            &[
                (0, REFUSE),
                (10, SERVE),
                (50, back_in(100)),
                (149, back_in(1)),
                (150, SERVE),
                (151, SERVE),
            ],
        );
    }
}
