//! The whole language of `pipeline!`, `#[handler]` and `#[generator]`: what is written does what it says.

#![allow(missing_docs, unreachable_pub)]
// the forms are spelled out on purpose, even where a lint would have them shorter
#![allow(
    clippy::unused_async,
    clippy::needless_pass_by_value,
    clippy::ptr_arg,
    clippy::trivially_copy_pass_by_ref
)]
#![allow(
    clippy::unnecessary_wraps,
    clippy::needless_lifetimes,
    clippy::elidable_lifetime_names
)]

mod language {
    mod closures;
    mod declarations;
    mod forms;
    mod generators;
    mod handlers;
    mod inner;
    mod lifetimes;
    mod operators;
    mod parameters;
    mod ports;
    mod provided;
    mod routes;
    mod support;
    mod timed;
    mod wiring;
}
