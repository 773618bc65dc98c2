//! What the bulkhead promises: the places, the limits that find their own, and the waiting under a paused clock.

mod limits;
mod places;
mod seats;
mod waiting;
