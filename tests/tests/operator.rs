//! What an operator promises: stops, messages, panics, events, names, pipelines.

mod operator {
    mod events;
    mod handlers;
    mod messages;
    mod names;
    mod panics;
    mod pipelines;
    mod runs;
    mod stops;
    mod support;
}
