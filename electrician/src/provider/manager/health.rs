//! Asks the backends how they are, and keeps the answers for the choices that follow.

use super::Manager;
use crate::provider::{Health, Provider, Selector, together::Together};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};

impl<T: Provider, S: Selector> Manager<T, S> {
    /// Asks all backends at the same time how they are, and chooses by their answers from here on. One that says nothing
    /// `within` this time is unavailable until it is asked again.
    ///
    /// # Panics
    ///
    /// In a tokio runtime without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future keeps the answers that have come.
    pub async fn check(&self, within: Duration) -> Vec<(String, Health)> {
        let seats = self.roster.seats();
        let answers = seats.iter().map(|seat| async move {
            let lease = super::Lease::on(seat);
            let silent = |_| Health::unavailable(format!("no answer within {within:?}"));
            let health = timeout(within, lease.health()).await;
            let health = health.unwrap_or_else(silent);
            seat.found(health.clone());
            (seat.name().to_owned(), health)
        });
        Together::new(answers).all().await
    }

    /// Asks again and again, `every` so often, at once to begin with; until it is dropped.
    ///
    /// # Panics
    ///
    /// When `every` is zero, or in a tokio runtime without a clock.
    pub async fn keep_checking(&self, every: Duration, within: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.check(within).await;
        }
    }

    /// How each backend is, as it was last found; healthy before it was asked.
    pub fn healths(&self) -> Vec<(String, Health)> {
        let seats = self.roster.seats();
        let found = seats
            .iter()
            .map(|seat| (seat.name().to_owned(), seat.health()));
        found.collect()
    }
}
