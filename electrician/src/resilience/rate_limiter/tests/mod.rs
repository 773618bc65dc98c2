//! What the limiter promises: the pace whatever happens, the waiting under a paused clock, and what each key has.

mod keys;
mod pace;
mod values;
mod waiting;
