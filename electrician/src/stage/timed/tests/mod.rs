//! The decisions with the time passed in, and the shell on edges under a paused clock.

mod cores;
mod shell;
