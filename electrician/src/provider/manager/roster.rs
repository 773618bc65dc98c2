//! Who serves: a list that is read by every call, and replaced whole by every change.

use super::seat::{Keeper, Lease, Seat, seat};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The backends of a manager.
pub(super) struct Roster<T> {
    state: RwLock<State<T>>,
}

struct State<T> {
    seats: Arc<[Arc<Seat<T>>]>,
    /// In the order of creation.
    keepers: Vec<Keeper<T>>,
    closed: bool,
}

impl<T> Roster<T> {
    pub(super) fn new() -> Self {
        Self {
            state: RwLock::new(State {
                seats: Arc::default(),
                keepers: Vec::new(),
                closed: false,
            }),
        }
    }

    /// All seats, as they are now. Whoever chooses does so without a lock.
    pub(super) fn seats(&self) -> Arc<[Arc<Seat<T>>]> {
        Arc::clone(&self.read().seats)
    }

    pub(super) fn find(&self, name: &str) -> Option<Lease<T>> {
        let state = self.read();
        state.place(name).map(|at| Lease::on(&state.seats[at]))
    }

    pub(super) fn is_closed(&self) -> bool {
        self.read().closed
    }

    /// Gives a backend the seat of this name; what comes back with the lease is who sat there. A closed roster gives the
    /// backend back.
    pub(super) fn put(&self, name: &str, provider: T) -> Result<(Lease<T>, Option<Keeper<T>>), T> {
        let mut state = self.write();
        if state.closed {
            return Err(provider);
        }
        let (seat, keeper) = seat(name, provider);
        let lease = Lease::on(&seat);
        let mut seats = state.seats.to_vec();
        match state.place(name) {
            Some(at) => seats[at] = seat,
            None => seats.push(seat),
        }
        let before = state.keeper(name);
        state.keepers.push(keeper);
        state.seats = seats.into();
        Ok((lease, before))
    }

    /// Takes the seat of this name away.
    pub(super) fn take(&self, name: &str) -> Option<Keeper<T>> {
        let mut state = self.write();
        let others = state.seats.iter().filter(|seat| seat.name() != name);
        let others: Arc<_> = others.cloned().collect();
        state.seats = others;
        state.keeper(name)
    }

    /// Takes all seats away, for good; the keepers come in the order of creation.
    pub(super) fn close(&self) -> Vec<Keeper<T>> {
        let mut state = self.write();
        state.closed = true;
        state.seats = Arc::default();
        std::mem::take(&mut state.keepers)
    }

    /// A change is made whole or not at all, so a panic elsewhere does not spoil it.
    fn read(&self) -> RwLockReadGuard<'_, State<T>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State<T>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn place(&self, name: &str) -> Option<usize> {
        self.seats.iter().position(|seat| seat.name() == name)
    }

    fn keeper(&mut self, name: &str) -> Option<Keeper<T>> {
        let at = self.keepers.iter().position(|keeper| keeper.name == name)?;
        Some(self.keepers.remove(at))
    }
}
